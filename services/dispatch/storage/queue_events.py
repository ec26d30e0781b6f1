"""What happened to the queues, in an order that nobody can miss anything in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.domain.sight import Whereabouts


@dataclass(frozen=True, slots=True)
class QueueEvent:
    """One thing that happened to an item."""

    seq: int
    kind: str
    work_item_id: str
    priority: int
    where: Whereabouts


async def after(tx: AsyncConnection, seq: int, limit: int) -> Sequence[QueueEvent]:
    """Return at most `limit` events behind `seq`, up to the oldest transaction that still runs.

    Numbers are given before commits: an event of a running transaction may stand before one that is visible already.
    """
    rows = await tx.execute(
        text(
            "SELECT seq, kind, work_item_id, priority, tier, CAST(home_region AS text) AS home_region,"
            " CAST(offered_region AS text) AS offered_region, assigned_to FROM queue_event"
            " WHERE seq > :seq AND tx < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY seq LIMIT :limit"
        ),
        {"seq": seq, "limit": limit},
    )
    return [
        QueueEvent(
            row.seq,
            row.kind,
            row.work_item_id,
            row.priority,
            Whereabouts(row.tier, row.home_region, row.offered_region, row.assigned_to),
        )
        for row in rows
    ]


async def any_after(tx: AsyncConnection, seq: int) -> bool:
    """Tell whether anything is committed behind `seq`, be it held back by a transaction that still runs."""
    rows = await tx.execute(text("SELECT EXISTS (SELECT FROM queue_event WHERE seq > :seq)"), {"seq": seq})
    found: bool = rows.scalar_one()
    return found


async def newest(tx: AsyncConnection) -> int:
    """Return the number behind which everything is still to come."""
    rows = await tx.execute(
        text("SELECT coalesce(max(seq), 0) FROM queue_event WHERE tx < pg_snapshot_xmin(pg_current_snapshot())")
    )
    seq: int = rows.scalar_one()
    return seq
