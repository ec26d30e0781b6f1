"""The sieve's checkpoints: offset, tallies and ids seen together, so that a crash rewinds all of them.

Each checkpoint adds what is new as segments; a recovery adds all segments of the open days up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.sieve.lot import Day, Lot
from services.warning.domain.sieve.seen import NONE, Hashes
from services.warning.domain.sieve.tally import EMPTY, Tally
from shared.db.offsets import Place
from shared.events.call_detail_record import TOPIC
from shared.events.dead_lettered import DeadLettered

SHAPE = 1
"""The shape of a segment's rows; another one is read by another function, never guessed."""
ROWS_MAX = 400_000
"""Longer runs are cut, so that no value comes near PostgreSQL's limit of 1 GB."""
SEGMENTS_MAX = 200
"""Beyond so many segments the next checkpoint writes everything afresh, so that a recovery stays short."""


class FencedError(Exception):
    """Another process has taken this partition over since."""


@dataclass(slots=True, kw_only=True)
class Saved:
    """A partition's lot, and what of it is written down."""

    lot: Lot
    written_offset: int
    sequence: int
    segments: int
    """How many a recovery reads."""
    letters: list[DeadLettered] = field(default_factory=list)
    """Records refused since the last checkpoint."""
    closing: tuple[int, Tally] = (0, EMPTY)
    """A day that is over, and what of it is not told yet; no checkpoint is taken before it is."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a lot as it is stored."""

    kind: str
    day: int
    content: bytes


async def take_over(tx: AsyncConnection, place: Place, start: int) -> Saved:
    """Make this process the owner of a partition, and return what its last checkpoint held."""
    rows = await tx.execute(
        text(
            "INSERT INTO sieve_checkpoint AS c (cluster, partition, epoch, next_offset, closed_through, watermark_s,"
            " shape, sequence) VALUES (:cluster, :partition, 1, :start, 0, 0, :shape, 0)"
            " ON CONFLICT (cluster, partition) DO UPDATE SET epoch = c.epoch + 1"
            " RETURNING epoch, next_offset, closed_through, watermark_s, shape, sequence"
        ),
        _key(place) | {"start": start, "shape": SHAPE},
    )
    row = rows.one()
    if row.shape != SHAPE:
        raise RuntimeError(f"could not read the sieve's checkpoint: its shape is {row.shape}, known is {SHAPE}")
    lot = Lot(row.next_offset, row.epoch, row.closed_through, row.watermark_s)
    segments = await _restore(tx, place, lot)
    return Saved(lot=lot, written_offset=row.next_offset, sequence=row.sequence, segments=segments)


async def _restore(tx: AsyncConnection, place: Place, lot: Lot) -> int:
    rows = await tx.execute(
        text(
            "SELECT kind, day, content FROM sieve_segment"
            " WHERE cluster = :cluster AND partition = :partition ORDER BY sequence"
        ),
        _key(place),
    )
    segments = list(rows)
    for row in segments:
        day = lot.days.setdefault(row.day, Day())
        if row.kind == "tally":
            day.tallies.add(Tally.from_bytes(row.content))
        else:
            day.ids.add(np.frombuffer(row.content, "<u8"))
    return len(segments)


async def save(tx: AsyncConnection, place: Place, saved: Saved) -> Saved:
    """Write what is new since the last checkpoint, or everything where segments have grown many.

    Raises:
        FencedError: the partition is another process's now; nothing was written.
    """
    afresh = saved.segments > SEGMENTS_MAX
    segments = list(_everything(saved.lot) if afresh else _news(saved.lot))
    sequence = saved.sequence + len(segments)
    await _advance(tx, place, saved.lot, sequence)
    await _forget(tx, place, None if afresh else saved.lot.closed_through)
    await _write(tx, place, saved.sequence, segments)
    return Saved(
        lot=saved.lot,
        written_offset=saved.lot.next_offset,
        sequence=sequence,
        segments=len(segments) + (0 if afresh else saved.segments),
    )


def _news(lot: Lot) -> Iterator[Segment]:
    for number, day in lot.days.items():
        yield from _segments(number, *day.take_new())


def _everything(lot: Lot) -> Iterator[Segment]:
    for number, day in lot.days.items():
        day.take_new()
        yield from _segments(number, day.tallies.one(EMPTY), day.ids.one(NONE))


def _segments(day: int, tallies: Tally, ids: Hashes) -> Iterator[Segment]:
    for at in range(0, len(tallies), ROWS_MAX):
        yield Segment("tally", day, tallies[at : at + ROWS_MAX].to_bytes())
    for at in range(0, len(ids), 8 * ROWS_MAX):
        yield Segment("seen", day, ids[at : at + 8 * ROWS_MAX].astype("<u8").tobytes())


async def _advance(tx: AsyncConnection, place: Place, lot: Lot, sequence: int) -> None:
    rows = await tx.execute(
        text(
            "UPDATE sieve_checkpoint SET next_offset = :next_offset, closed_through = :closed_through,"
            " watermark_s = :watermark_s, sequence = :sequence, taken_at = clock_timestamp()"
            " WHERE cluster = :cluster AND partition = :partition AND epoch = :epoch RETURNING 1"
        ),
        _key(place)
        | {
            "epoch": lot.epoch,
            "next_offset": lot.next_offset,
            "closed_through": lot.closed_through,
            "watermark_s": lot.watermark_s,
            "sequence": sequence,
        },
    )
    if rows.one_or_none() is None:
        raise FencedError(f"partition {place.partition} was taken over by another process")


async def _forget(tx: AsyncConnection, place: Place, through: int | None) -> None:
    """Delete the segments of days through `through`; None: all."""
    await tx.execute(
        text(
            "DELETE FROM sieve_segment WHERE cluster = :cluster AND partition = :partition"
            " AND (CAST(:through AS int) IS NULL OR day <= :through)"
        ),
        _key(place) | {"through": through},
    )


async def _write(tx: AsyncConnection, place: Place, sequence: int, segments: list[Segment]) -> None:
    for number, segment in enumerate(segments, sequence + 1):
        await tx.execute(
            text(
                "INSERT INTO sieve_segment (cluster, partition, sequence, kind, day, content)"
                " VALUES (:cluster, :partition, :sequence, :kind, :day, :content)"
            ),
            _key(place) | {"sequence": number, "kind": segment.kind, "day": segment.day, "content": segment.content},
        )


async def positions(tx: AsyncConnection, cluster: str) -> dict[Place, int]:
    """Return the offset from which each partition would be read again after a crash."""
    rows = await tx.execute(
        text("SELECT partition, next_offset FROM sieve_checkpoint WHERE cluster = :cluster"), {"cluster": cluster}
    )
    return {Place(cluster, TOPIC.name, row.partition): row.next_offset for row in rows}


def _key(place: Place) -> dict[str, object]:
    return {"cluster": place.cluster, "partition": place.partition}
