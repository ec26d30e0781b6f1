"""The sieve's checkpoints: offset and tallies together, so that a crash rewinds both."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.sieve.lot import Lot
from services.warning.domain.sieve.tally import ROW, Rows, Tallies, empty
from shared.db.offsets import Place
from shared.events.call_detail_record import TOPIC
from shared.events.dead_lettered import DeadLettered

SHAPE = 1
"""The shape of a segment's rows; another one is read by another function, never guessed."""
SEGMENT_ROWS_MAX = 400_000
"""Longer runs are cut, so that no value comes near PostgreSQL's limit of 1 GB."""
CHANGES_MAX = 24
"""After so many changes the next checkpoint writes a base, and forgets what came before."""


class FencedError(Exception):
    """Another process has taken this partition over since."""


@dataclass(slots=True, kw_only=True)
class Saved:
    """A partition's lot, and what of it is written down."""

    lot: Lot
    written_offset: int
    sequence: int
    changes: int
    """Segments that a recovery reads."""
    letters: list[DeadLettered] = field(default_factory=list)
    """Records refused since the last checkpoint."""
    closing: Rows = field(default_factory=empty)
    """Tallies of a day that is over, and not told yet; no checkpoint is taken before they are."""


async def take_over(tx: AsyncConnection, place: Place, start: int) -> Saved:
    """Make this process the owner of a partition, and return what its last checkpoint held."""
    rows = await tx.execute(
        text(
            "INSERT INTO sieve_checkpoint AS c (cluster, partition, epoch, next_offset, closed_through, watermark_s,"
            " shape, sequence) VALUES (:cluster, :partition, 1, :start, 0, 0, :shape, 0)"
            " ON CONFLICT (cluster, partition) DO UPDATE SET epoch = c.epoch + 1"
            " RETURNING epoch, next_offset, closed_through, watermark_s, shape, sequence"
        ),
        {"cluster": place.cluster, "partition": place.partition, "start": start, "shape": SHAPE},
    )
    row = rows.one()
    if row.shape != SHAPE:
        raise RuntimeError(f"could not read the sieve's checkpoint: its shape is {row.shape}, known is {SHAPE}")
    segments = await _segments(tx, place)
    runs = [run[run["day"] > row.closed_through] for run in segments]
    lot = Lot(row.next_offset, row.epoch, row.closed_through, row.watermark_s, Tallies(runs))
    return Saved(lot=lot, written_offset=row.next_offset, sequence=row.sequence, changes=len(runs))


async def _segments(tx: AsyncConnection, place: Place) -> list[Rows]:
    rows = await tx.execute(
        text("SELECT content FROM sieve_segment WHERE cluster = :cluster AND partition = :partition ORDER BY sequence"),
        {"cluster": place.cluster, "partition": place.partition},
    )
    return [np.frombuffer(row.content, ROW) for row in rows]


async def save(tx: AsyncConnection, place: Place, saved: Saved) -> Saved:
    """Write what changed since the last checkpoint, or everything where changes have grown many.

    Raises:
        FencedError: the partition is another process's now; nothing was written.
    """
    afresh = saved.changes >= CHANGES_MAX
    changes = saved.lot.changes()
    rows = saved.lot.tallies.everything() if afresh else changes
    parts = [rows[at : at + SEGMENT_ROWS_MAX] for at in range(0, len(rows), SEGMENT_ROWS_MAX)]
    await _advance(tx, place, saved, saved.sequence + len(parts))
    if afresh:
        await _forget(tx, place)
    await _write(tx, place, saved.sequence, parts)
    return Saved(
        lot=saved.lot,
        written_offset=saved.lot.next_offset,
        sequence=saved.sequence + len(parts),
        changes=len(parts) if afresh else saved.changes + len(parts),
    )


async def _advance(tx: AsyncConnection, place: Place, saved: Saved, sequence: int) -> None:
    lot = saved.lot
    rows = await tx.execute(
        text(
            "UPDATE sieve_checkpoint SET next_offset = :next_offset, closed_through = :closed_through,"
            " watermark_s = :watermark_s, sequence = :sequence, taken_at = clock_timestamp()"
            " WHERE cluster = :cluster AND partition = :partition AND epoch = :epoch RETURNING 1"
        ),
        {
            "cluster": place.cluster,
            "partition": place.partition,
            "epoch": lot.epoch,
            "next_offset": lot.next_offset,
            "closed_through": lot.closed_through,
            "watermark_s": lot.watermark_s,
            "sequence": sequence,
        },
    )
    if rows.one_or_none() is None:
        raise FencedError(f"partition {place.partition} was taken over by another process")


async def _forget(tx: AsyncConnection, place: Place) -> None:
    await tx.execute(
        text("DELETE FROM sieve_segment WHERE cluster = :cluster AND partition = :partition"),
        {"cluster": place.cluster, "partition": place.partition},
    )


async def _write(tx: AsyncConnection, place: Place, sequence: int, parts: Sequence[Rows]) -> None:
    for number, part in enumerate(parts, sequence + 1):
        await tx.execute(
            text(
                "INSERT INTO sieve_segment (cluster, partition, sequence, content)"
                " VALUES (:cluster, :partition, :sequence, :content)"
            ),
            {
                "cluster": place.cluster,
                "partition": place.partition,
                "sequence": number,
                "content": part.tobytes(),
            },
        )


async def positions(tx: AsyncConnection, cluster: str) -> dict[Place, int]:
    """Return the offset from which each partition would be read again after a crash."""
    rows = await tx.execute(
        text("SELECT partition, next_offset FROM sieve_checkpoint WHERE cluster = :cluster"), {"cluster": cluster}
    )
    return {Place(cluster, TOPIC.name, row.partition): row.next_offset for row in rows}
