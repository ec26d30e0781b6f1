"""Facts that came before what they need is known: kept, decided when it is told, given up after a month.

Whoever finds something unknown and lets a fact wait, and whoever tells it and releases what waits, must not pass each
other unseen: both take the locks of the names first.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.arrival import Record
from shared.calendar import start_of
from shared.catalogue import topic_of, topics
from shared.topic import Event

PATIENCE = timedelta(days=31)
"""What was not told for so long will not be: the fact becomes a dead letter."""


async def lock(tx: AsyncConnection, names: Iterable[str]) -> None:
    """Lock `names` (numbers, customers) until the transaction ends, in one order for all."""
    await tx.execute(
        text(
            "SELECT pg_advisory_xact_lock(key) FROM"
            " (SELECT DISTINCT hashtextextended(current_schema() || name, 0) AS key"
            "  FROM unnest(CAST(:names AS text[])) AS name ORDER BY key) AS ordered"
        ),
        {"names": list(names)},
    )


async def keep(tx: AsyncConnection, facts: Sequence[tuple[str, Event]]) -> None:
    """Keep facts, each with the name that it waits to be told of."""
    if not facts:
        return
    await tx.execute(
        text(
            "INSERT INTO waiting_fact (topic, event_id, waits_for, occurred_at, event)"
            " VALUES (:topic, :event_id, :waits_for, :occurred_at, CAST(:event AS jsonb)) ON CONFLICT DO NOTHING"
        ),
        [
            {
                "topic": topic_of(type(event)).name,
                "event_id": event.id,
                "waits_for": name,
                "occurred_at": event.occurred_at,
                "event": msgspec.json.encode(event).decode(),
            }
            for name, event in facts
        ],
    )


async def release(tx: AsyncConnection, names: Iterable[str]) -> list[Event]:
    """Take out the facts that wait for `names`, oldest first."""
    rows = await tx.execute(
        text("DELETE FROM waiting_fact WHERE waits_for = ANY(:names) RETURNING topic, event"), {"names": list(names)}
    )
    events = [msgspec.convert(row.event, topics()[row.topic].event) for row in rows]
    return sorted(events, key=lambda event: (event.occurred_at, event.id))


async def give_up(tx: AsyncConnection, day: date, limit: int) -> list[Record]:
    """Take out at most `limit` facts that have waited for longer than a month on `day`, as records of their log."""
    rows = await tx.execute(
        text(
            "DELETE FROM waiting_fact AS w USING inbox AS i WHERE i.topic = w.topic AND i.event_id = w.event_id"
            " AND (w.topic, w.event_id) IN"
            " (SELECT topic, event_id FROM waiting_fact WHERE occurred_at < :before"
            "  ORDER BY occurred_at, event_id LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " RETURNING w.topic, w.waits_for, w.event, w.occurred_at, i.partition, i.log_offset"
        ),
        {"before": start_of(day) - PATIENCE, "limit": limit},
    )
    return [
        Record(
            topic=row.topic,
            partition=row.partition,
            offset=row.log_offset,
            key=row.waits_for.encode(),
            value=msgspec.json.encode(row.event),
            ce_type=row.topic,
            timestamp_ms=int(row.occurred_at.timestamp() * 1000),
        )
        for row in rows
    ]
