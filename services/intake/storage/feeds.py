"""What was counted of each feed: added to as records arrive, read back by day, forgotten after its time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.arrivals import Batch, repeats, runs
from services.intake.domain.envelope import open_topics
from services.intake.domain.feeds import HOURS, PAST_DAYS, Feed, Limits, Quality, Tally, quality
from shared.calendar import ZONE, days_before, start_of
from shared.db.business_clock import business_now
from shared.policy import EVERYWHERE, PolicyBook

IDS_KEPT_DAYS = 14
COUNTS_KEPT_DAYS = 400
FORGET_MAX = 20_000
"""Rows that one transaction forgets."""


async def add(tx: AsyncConnection, topic: str, batch: Batch) -> None:
    """Add the counts of a batch to those of its topic, in order: no two lock crosswise."""
    await _add_hours(tx, topic, batch)
    await _add_days(tx, topic, batch)
    await _add_delays(tx, topic, batch)
    await _add_sequences(tx, topic, batch)


async def _add_days(tx: AsyncConnection, topic: str, batch: Batch) -> None:
    looked_at, repeated = repeats(batch.ids, await _fresh(tx, topic, [id_hash for id_hash, _ in batch.ids]))
    ordered = sorted(batch.latest)
    await tx.execute(
        text(
            "INSERT INTO feed_day AS f (topic, day, looked_at, repeated, delay_s_max, last_arrived_at)"
            " SELECT :topic, e.* FROM unnest(CAST(:days AS date[]), CAST(:looked_at AS bigint[]),"
            " CAST(:repeated AS bigint[]), CAST(:delays AS double precision[]), CAST(:lasts AS timestamptz[])) AS e"
            " ON CONFLICT (topic, day) DO UPDATE SET looked_at = f.looked_at + excluded.looked_at,"
            " repeated = f.repeated + excluded.repeated, delay_s_max = greatest(f.delay_s_max, excluded.delay_s_max),"
            " last_arrived_at = greatest(f.last_arrived_at, excluded.last_arrived_at)"
        ),
        {
            "topic": topic,
            "days": ordered,
            "looked_at": [looked_at[day] for day in ordered],
            "repeated": [repeated[day] for day in ordered],
            "delays": [batch.latest[day].delay_s_max for day in ordered],
            "lasts": [batch.latest[day].arrived_at for day in ordered],
        },
    )


async def add_refused(tx: AsyncConnection, topic: str, days: Sequence[date]) -> None:
    """Count records that could not be read, by the days of their arrival."""
    await tx.execute(
        text(
            "INSERT INTO feed_day AS f (topic, day, refused) SELECT :topic, day, count(*)"
            " FROM unnest(CAST(:days AS date[])) AS day GROUP BY day ORDER BY day"
            " ON CONFLICT (topic, day) DO UPDATE SET refused = f.refused + excluded.refused"
        ),
        {"topic": topic, "days": list(days)},
    )


async def judged(tx: AsyncConnection, book: PolicyBook, day: date) -> list[Quality]:
    """Return how good each feed was on `day`, as of now."""
    now = await business_now(tx)
    limits = book.resolve("intake.feeds", Limits(), EVERYWHERE, now).value
    counted, known = await _tallies(tx, day), await _known(tx, sorted(open_topics()), day, now)
    return [quality(feed, day, counted.get(feed.topic, Tally()), now, limits) for feed in known]


async def _tallies(tx: AsyncConnection, day: date) -> dict[str, Tally]:
    """Return what was counted of each topic's `day`, topics without any record left out."""
    delays = await _delays(tx, day)
    gaps = await _gaps(tx, day)
    rows = await tx.execute(
        text("SELECT topic, looked_at, repeated, refused, delay_s_max FROM feed_day WHERE day = :day ORDER BY topic"),
        {"day": day},
    )
    return {
        row.topic: Tally(
            arrived=sum(delays.get(row.topic, {}).values()),
            looked_at=row.looked_at,
            repeated=row.repeated,
            refused=row.refused,
            delays=delays.get(row.topic, {}),
            delay_s_max=row.delay_s_max,
            gaps=gaps[row.topic][0] if row.topic in gaps else None,
            numbered=gaps[row.topic][1] if row.topic in gaps else 0,
        )
        for row in rows
    }


async def _known(tx: AsyncConnection, topics: Iterable[str], day: date, until: datetime) -> list[Feed]:
    """Return each of `topics` with its past before `day`, the day itself and what came up to `until`."""
    pasts: dict[str, dict[date, list[int]]] = {topic: {} for topic in topics}
    rows = await tx.execute(
        text("SELECT topic, hour, arrived FROM feed_hour WHERE hour >= :since AND hour <= :until"),
        {"since": start_of(days_before(day, PAST_DAYS)), "until": until},
    )
    for topic, hour, arrived in rows:
        local = hour.astimezone(ZONE)
        pasts.get(topic, {}).setdefault(local.date(), [0] * HOURS)[local.hour] += arrived
    latest = await tx.execute(text("SELECT topic, max(last_arrived_at) AS last FROM feed_day GROUP BY topic"))
    lasts = {row.topic: row.last for row in latest}
    return [Feed(topic=topic, past=past, last_arrived_at=lasts.get(topic)) for topic, past in pasts.items()]


async def forget(tx: AsyncConnection, today: date) -> bool:
    """Forget what is older than its time, and return whether all of it went: ids go so many at a time."""
    forgotten = await tx.execute(
        text(
            "DELETE FROM feed_id WHERE ctid = ANY(ARRAY(SELECT ctid FROM feed_id"
            " WHERE noted_at < clock_timestamp() - make_interval(days => :days) LIMIT :limit))"
        ),
        {"days": IDS_KEPT_DAYS, "limit": FORGET_MAX},
    )
    before = days_before(today, COUNTS_KEPT_DAYS)
    for table in ("feed_day", "feed_delay", "feed_sequence"):
        await tx.execute(text(f"DELETE FROM {table} WHERE day < :before"), {"before": before})
    await tx.execute(text("DELETE FROM feed_hour WHERE hour < :before"), {"before": start_of(before)})
    return forgotten.rowcount < FORGET_MAX


async def _fresh(tx: AsyncConnection, topic: str, hashes: Sequence[int]) -> set[int]:
    """Remember ids, and return those that nobody remembered."""
    rows = await tx.execute(
        text(
            "INSERT INTO feed_id (topic, id_hash) SELECT DISTINCT :topic, id FROM unnest(CAST(:ids AS bigint[])) AS id"
            " ORDER BY id ON CONFLICT DO NOTHING RETURNING id_hash"
        ),
        {"topic": topic, "ids": list(hashes)},
    )
    return {row.id_hash for row in rows}


async def _add_hours(tx: AsyncConnection, topic: str, batch: Batch) -> None:
    ordered = sorted(batch.arrived)
    await tx.execute(
        text(
            "INSERT INTO feed_hour AS f (topic, hour, arrived) SELECT :topic, e.*"
            " FROM unnest(CAST(:hours AS timestamptz[]), CAST(:arrived AS bigint[])) AS e"
            " ON CONFLICT (topic, hour) DO UPDATE SET arrived = f.arrived + excluded.arrived"
        ),
        {"topic": topic, "hours": ordered, "arrived": [batch.arrived[hour] for hour in ordered]},
    )


async def _add_delays(tx: AsyncConnection, topic: str, batch: Batch) -> None:
    ordered = sorted(batch.delays)
    await tx.execute(
        text(
            "INSERT INTO feed_delay AS f (topic, day, step, records) SELECT :topic, e.*"
            " FROM unnest(CAST(:days AS date[]), CAST(:steps AS smallint[]), CAST(:records AS bigint[])) AS e"
            " ON CONFLICT (topic, day, step) DO UPDATE SET records = f.records + excluded.records"
        ),
        {
            "topic": topic,
            "days": [day for day, _ in ordered],
            "steps": [step for _, step in ordered],
            "records": [batch.delays[each] for each in ordered],
        },
    )


async def _add_sequences(tx: AsyncConnection, topic: str, batch: Batch) -> None:
    if not batch.sequences:
        return
    ordered = sorted(batch.sequences)
    await tx.execute(
        text(
            "INSERT INTO feed_sequence AS f (topic, source, day, seen)"
            " SELECT :topic, source, day, CAST(seen AS int8multirange)"
            " FROM unnest(CAST(:sources AS text[]), CAST(:days AS date[]), CAST(:seen AS text[]))"
            " AS e(source, day, seen)"
            " ON CONFLICT (topic, day, source) DO UPDATE SET seen = f.seen + excluded.seen"
        ),
        {
            "topic": topic,
            "sources": [source for source, _ in ordered],
            "days": [day for _, day in ordered],
            "seen": [_multirange(batch.sequences[each]) for each in ordered],
        },
    )


def _multirange(numbers: Iterable[int]) -> str:
    return "{" + ",".join(f"[{first},{last}]" for first, last in runs(numbers)) + "}"


async def _delays(tx: AsyncConnection, day: date) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    rows = await tx.execute(text("SELECT topic, step, records FROM feed_delay WHERE day = :day"), {"day": day})
    for topic, step, records in rows:
        found.setdefault(topic, {})[step] = records
    return found


async def _gaps(tx: AsyncConnection, day: date) -> dict[str, tuple[tuple[int, ...], int]]:
    """Return by topic how long each gap of the numbers of `day` is, and how many numbers were seen.

    A number seen on the day before or after is not missing: around midnight the order of numbers is not that of times.
    """
    rows = await tx.execute(
        text(
            "WITH seen AS (SELECT f.topic, f.source, f.seen, coalesce((SELECT range_agg(r) FROM feed_sequence AS n,"
            " unnest(n.seen) AS r WHERE n.topic = f.topic AND n.source = f.source"
            " AND n.day IN (f.day - 1, f.day + 1)), CAST('{}' AS int8multirange)) AS near"
            " FROM feed_sequence AS f WHERE f.day = :day)"
            " SELECT topic, max(numbered) AS numbered,"
            " array_agg(gap.length) FILTER (WHERE gap.length IS NOT NULL) AS gaps"
            " FROM (SELECT topic, source, near, seen, sum(r.numbers) OVER (PARTITION BY topic) AS numbered"
            " FROM seen, LATERAL (SELECT sum(upper(u) - lower(u)) AS numbers FROM unnest(seen) AS u) AS r) AS each"
            " LEFT JOIN LATERAL (SELECT upper(g) - lower(g) AS length"
            " FROM unnest(int8multirange(range_merge(each.seen)) - each.seen - each.near) AS g) AS gap ON true"
            " GROUP BY topic"
        ),
        {"day": day},
    )
    return {row.topic: (tuple(row.gaps or ()), int(row.numbered)) for row in rows}
