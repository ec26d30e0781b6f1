"""The audit: was anything lost, was anything done twice? Answered from the topics and tables, assumed nowhere.

Every event on a topic must be known to every stage that hears it, decided or buried with a reason. Every effect must
have one cause and be there once. The sieve is held against a plain second reading of the CDRs, the success rates
against a recount of the archive, each balance against its entries.
"""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from replay.kafka_logs import everything
from services.warning.domain.operators import Network
from services.warning.domain.sieve import cdr
from services.warning.domain.sieve.signals import signals
from services.warning.domain.usage import KEPT
from shared import codec
from shared.catalogue import topics
from shared.codec import RefusedRecordError
from shared.events.call_detail_record import TOPIC as CDRS
from shared.events.signal_heard import TOPIC as SIGNALS
from shared.events.usage_day import TOPIC as USAGE_DAYS
from shared.events.usage_day import UsageDay
from shared.settings import Settings

STAGES = ("warning", "dispatch", "offers", "points", "kpi")

TWICE = {
    "warnings for one occasion": "SELECT count(*) - count(DISTINCT warning_id) FROM dispatch.warning",
    "open items for one customer": "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM dispatch.work_item"
    " WHERE state = 'open' GROUP BY customer_id HAVING count(*) > 1) AS twice",
    "contacts for one attempt": "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM dispatch.contact"
    " GROUP BY work_item_id, contacted_at, staff_id HAVING count(*) > 1) AS twice",
    "live offers of one kind": "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM offers.offer"
    " WHERE state IN ('issued', 'accepted') GROUP BY subscription_id, mechanism HAVING count(*) > 1) AS twice",
    "postings for one cause": "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM points.posting"
    " GROUP BY kind, cause_id HAVING count(*) > 1) AS twice",
}
"""Rows beyond the first for what must be there once."""

UNBALANCED = {
    "postings that don't balance": "SELECT count(*) FROM (SELECT 1 FROM points.entry GROUP BY posting_id"
    " HAVING sum(points) <> 0) AS unbalanced",
    "balances that are not their entries": "SELECT count(*) FROM points.balance AS b FULL JOIN"
    " (SELECT account, sum(points) AS points FROM points.entry GROUP BY account) AS e USING (account)"
    " WHERE coalesce(b.points, 0) <> coalesce(e.points, 0)",
    "redemptions without their posting": "SELECT count(*) FROM points.redemption AS r WHERE NOT EXISTS"
    " (SELECT 1 FROM points.posting AS p WHERE p.cause_id = r.redemption_id AND p.kind = r.state)",
    "worked warnings without an item": "SELECT count(*) FROM dispatch.warning AS w WHERE w.state = 'worked'"
    " AND NOT EXISTS (SELECT 1 FROM dispatch.work_item AS i WHERE i.work_item_id = w.work_item_id)",
    "re-entry numbers told that no rule heard of": "SELECT count(*) FROM warning.reentry AS r WHERE told AND NOT EXISTS"
    " (SELECT 1 FROM warning.inbox AS i WHERE i.topic = 'warning.reentry_found.v1' AND i.event_id = r.reentry_id)",
    "warnings raised that dispatch has in no state": "SELECT count(*) FROM warning.warning AS w"
    " WHERE w.population IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM dispatch.warning AS d WHERE d.warning_id = w.warning_id)",
}
"""What should be there and isn't."""


@dataclass(slots=True)
class Findings:
    """What the audit found, by what was looked at; nothing where all is well."""

    lost: Counter[str] = field(default_factory=Counter)
    duplicated: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Logs:
    """What stands on the topics."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    """Distinct event ids by topic."""
    unreadable: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """Partition and offset of records that nobody can read, by topic."""
    changed: Counter[str] = field(default_factory=Counter)
    """Ids that came again with other content, by topic."""
    signals_expected: set[str] = field(default_factory=set)
    """Ids of the signals that a plain reading of the CDRs gives."""
    usage_days: dict[tuple[str, date], int] = field(default_factory=dict)
    """The latest version told of each number's day."""


async def read_logs(settings: Settings) -> Logs:
    """Read all topics from their beginnings."""
    logs = Logs({name: set() for name in topics()}, {name: set() for name in topics()})
    contents: dict[tuple[str, str], int] = {}
    network = Network()
    async for record in everything(settings, topics()):
        topic = topics()[record.topic]
        try:
            event = codec.decode(topic, record.value, record.ce_type)
        except RefusedRecordError:
            logs.unreadable[record.topic].add((record.partition, record.offset))
            continue
        logs.ids[record.topic].add(event.id)
        if contents.setdefault((record.topic, event.id), hash(record.value)) != hash(record.value):
            logs.changed[record.topic] += 1
        if isinstance(event, UsageDay):
            known = logs.usage_days.get((event.msisdn, event.day), 0)
            logs.usage_days[event.msisdn, event.day] = max(known, event.version)
        if record.topic == CDRS.name:
            read = cdr.read([record.value], [None])
            logs.signals_expected.update(signal.id for signal in signals(read.cdrs, network, {}))
    return logs


async def audit(tx: AsyncConnection, logs: Logs) -> Findings:
    """Hold the tables against the topics."""
    found = Findings(duplicated=Counter({f"{name} with another content": n for name, n in logs.changed.items()}))
    for stage in STAGES:
        await _undecided(tx, stage, logs, found)
    found.lost["usage days"] = await _usage_days_lost(tx, logs)
    found.lost["signals"] = len(logs.signals_expected - logs.ids[SIGNALS.name])
    found.duplicated["signals"] = len(logs.ids[SIGNALS.name] - logs.signals_expected)
    for what, query in UNBALANCED.items():
        found.lost[what] = int((await tx.execute(text(query))).scalar_one())
    for what, query in TWICE.items():
        found.duplicated[what] = int((await tx.execute(text(query))).scalar_one())
    for measure, kept, recounted in await _recount():
        counter = found.duplicated if kept > recounted else found.lost
        counter[f"kpi {measure}"] += abs(kept - recounted)
    return Findings(+found.lost, +found.duplicated)


async def _undecided(tx: AsyncConnection, stage: str, logs: Logs, found: Findings) -> None:
    """Count what a stage hears and has neither decided nor buried."""
    heard = await tx.execute(text(f"SELECT DISTINCT topic FROM {stage}.consumer_offset"))
    for name in set(heard.scalars()) - {USAGE_DAYS.name}:
        decided = await tx.execute(text(f"SELECT event_id FROM {stage}.inbox WHERE topic = :topic"), {"topic": name})
        buried = await tx.execute(
            text(f"SELECT partition, log_offset FROM {stage}.dead_letter WHERE topic = :topic"), {"topic": name}
        )
        places = {(row.partition, row.log_offset) for row in buried}
        # A buried record's id is unknown here, so each burial excuses one event that was not decided.
        missing = len(logs.ids[name] - set(decided.scalars())) - len(places - logs.unreadable[name])
        missing += len(logs.unreadable[name] - places)
        if missing > 0:
            found.lost[f"{stage}: {name}"] = missing


async def _usage_days_lost(tx: AsyncConnection, logs: Logs) -> int:
    """Count the days that are not kept in their latest version, those that are old enough to be forgotten left out."""
    rows = await tx.execute(text("SELECT msisdn, day, version FROM warning.usage_day"))
    kept = {(row.msisdn, row.day): row.version for row in rows}
    passed = (await tx.execute(text("SELECT max(day) FROM warning.due_day"))).scalar_one_or_none() or date.min + KEPT
    told = {key: version for key, version in logs.usage_days.items() if key[1] >= passed - KEPT}
    return sum(kept.get(key) != version for key, version in told.items())


async def _recount() -> list[tuple[str, int, int]]:
    """Have KPI count the archive afresh, and return what differs: measure, kept, recounted."""
    command = (sys.executable, "-m", "services.kpi", "recount", "--json")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    found = msgspec.json.decode(said)["differences"]
    return [(each["measure"], each["kept"], each["recounted"]) for each in found]
