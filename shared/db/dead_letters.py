"""Dead letters: records that could not be used, kept sealed with the reason, listed and replayed by ops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.dead_lettered import DeadLettered


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as ops see it in a list; the sealed bytes are asked for one by one."""

    id: str
    topic: str
    partition: int
    log_offset: int
    reason: str
    detail: str
    attempt: int
    state: str
    buried_at: datetime


async def bury(tx: AsyncConnection, cluster: str, letters: Sequence[DeadLettered]) -> None:
    """Keep `letters`; one that came back after a replay counts its next attempt."""
    if not letters:
        return
    await tx.execute(
        text(
            "INSERT INTO dead_letter (id, cluster, topic, partition, log_offset, reason, detail, attempt, sealed)"
            " VALUES (:id, :cluster, :topic, :partition, :offset, :reason, :detail, :attempt, :sealed)"
            " ON CONFLICT (id) DO NOTHING"
        ),
        [_row(cluster, letter) for letter in letters],
    )


def _row(cluster: str, letter: DeadLettered) -> dict[str, object]:
    fields = ("id", "topic", "partition", "offset", "reason", "detail", "attempt", "sealed")
    return {"cluster": cluster} | {name: getattr(letter, name) for name in fields}


async def listed(tx: AsyncConnection, limit: int) -> list[Letter]:
    """Return the newest letters first."""
    rows = await tx.execute(
        text(
            "SELECT id, topic, partition, log_offset, reason, detail, attempt, state, buried_at"
            " FROM dead_letter ORDER BY buried_at DESC, id LIMIT :limit"
        ),
        {"limit": limit},
    )
    return [Letter(*row) for row in rows]


async def opened(tx: AsyncConnection, letter_id: str) -> tuple[Letter, str] | None:
    """Return a letter and its sealed bytes; None: there is no such letter."""
    rows = await tx.execute(
        text(
            "SELECT id, topic, partition, log_offset, reason, detail, attempt, state, buried_at, sealed"
            " FROM dead_letter WHERE id = :id"
        ),
        {"id": letter_id},
    )
    row = rows.one_or_none()
    return (Letter(*row[:-1]), row.sealed) if row else None


async def mark_replayed(tx: AsyncConnection, letter_id: str) -> bool:
    """Say that a letter is put back on its topic; False: it was before."""
    rows = await tx.execute(
        text("UPDATE dead_letter SET state = 'replayed' WHERE id = :id AND state = 'buried' RETURNING id"),
        {"id": letter_id},
    )
    return rows.one_or_none() is not None
