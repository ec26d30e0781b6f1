"""Facts that came before their holder was known: kept, decided when the CRM tells, given up after a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.calendar import start_of
from shared.catalogue import topic_of, topics
from shared.topic import SubscriberEvent

PATIENCE = timedelta(days=31)
"""A CRM that has not told of a number for so long will not: the fact becomes a dead letter."""


async def keep(tx: AsyncConnection, events: Sequence[SubscriberEvent]) -> None:
    """Keep facts whose holder is not known."""
    if not events:
        return
    await tx.execute(
        text(
            "INSERT INTO waiting_fact (topic, event_id, msisdn, occurred_at, event)"
            " VALUES (:topic, :event_id, :msisdn, :occurred_at, CAST(:event AS jsonb)) ON CONFLICT DO NOTHING"
        ),
        [
            {
                "topic": topic_of(type(event)).name,
                "event_id": event.id,
                "msisdn": event.msisdn,
                "occurred_at": event.occurred_at,
                "event": msgspec.json.encode(event).decode(),
            }
            for event in events
        ],
    )


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A fact that waited for too long, and where it had stood in its log."""

    event: SubscriberEvent
    partition: int
    log_offset: int


async def release(tx: AsyncConnection, numbers: Sequence[str]) -> list[SubscriberEvent]:
    """Take out the facts that wait for the holders of `numbers`, oldest first."""
    rows = await tx.execute(
        text("DELETE FROM waiting_fact WHERE msisdn = ANY(:numbers) RETURNING topic, event"), {"numbers": numbers}
    )
    return sorted((_event(row.topic, row.event) for row in rows), key=lambda event: (event.occurred_at, event.id))


async def give_up(tx: AsyncConnection, day: date, limit: int) -> list[GivenUp]:
    """Take out at most `limit` facts that have waited for longer than a month on `day`."""
    rows = await tx.execute(
        text(
            "DELETE FROM waiting_fact AS w USING inbox AS i WHERE i.topic = w.topic AND i.event_id = w.event_id"
            " AND (w.topic, w.event_id) IN"
            " (SELECT topic, event_id FROM waiting_fact WHERE occurred_at < :before"
            "  ORDER BY occurred_at, event_id LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " RETURNING w.topic, w.event, i.partition, i.log_offset"
        ),
        {"before": start_of(day) - PATIENCE, "limit": limit},
    )
    return [GivenUp(_event(row.topic, row.event), row.partition, row.log_offset) for row in rows]


def _event(topic: str, fields: object) -> SubscriberEvent:
    kind = topics()[topic].event
    assert issubclass(kind, SubscriberEvent), "only facts about numbers wait for a holder"
    return msgspec.convert(fields, kind)
