"""The sieve's checkpoints: offset, tallies, circles, cells and ids seen together, so that a crash rewinds all of them.

Each checkpoint adds what is new as segments; a recovery adds all segments of the days that are kept up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.sieve import segments
from services.warning.domain.sieve.day import Day
from services.warning.domain.sieve.lot import Lot
from services.warning.storage import late_cdrs
from shared.db.offsets import Place
from shared.events.call_detail_record import TOPIC
from shared.events.dead_lettered import DeadLettered
from shared.failures import StopServiceError

SHAPE = 2
"""The shape of a segment's rows; another one is refused, never guessed."""
SEGMENTS_MAX = 300
"""Beyond so many segments the next checkpoint writes everything afresh, so that a recovery stays short."""
BUFFERED_MAX = 4
"""Segments in memory at once at a recovery: each may be 25 MB."""


class FencedError(Exception):
    """Another process has taken this partition over since."""


@dataclass(slots=True, kw_only=True)
class Saved:
    """A partition's lot, and what of it is written down."""

    lot: Lot
    written: tuple[int, ...]
    """How far it was when it was written down, as `how_far` tells it."""
    sequence: int
    segments: int
    """How many a recovery reads."""
    letters: list[DeadLettered] = field(default_factory=list)
    """Records refused since the last checkpoint."""
    heard_at: float = 0.0
    """When its last record came, by the clock that only this process knows; 0: none came yet."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a lot as it is stored."""

    kind: str
    day: int
    content: bytes


def how_far(lot: Lot) -> tuple[int, ...]:
    """Return what differs once there is something new to write down."""
    return lot.next_offset, lot.closed_through, sum(map(len, lot.untold.values()))


async def take_over(tx: AsyncConnection, place: Place, start: int) -> Saved:
    """Make this process the owner of a partition, and return what its last checkpoint held.

    Raises:
        StopServiceError: another release wrote the checkpoint, in a shape that this one can't read.
    """
    rows = await tx.execute(
        text(
            "INSERT INTO sieve_checkpoint AS c (cluster, partition, epoch, next_offset, closed_through, watermark_s,"
            " shape, sequence) VALUES (:cluster, :partition, 1, :start, 0, 0, :shape, 0)"
            " ON CONFLICT (cluster, partition) DO UPDATE SET epoch = c.epoch + 1"
            " RETURNING epoch, next_offset, closed_through, forgotten_through, watermark_s, shape, sequence"
        ),
        _key(place) | {"start": start, "shape": SHAPE},
    )
    row = rows.one()
    if row.shape != SHAPE:
        raise StopServiceError(
            f"could not start: the sieve's checkpoint cannot be read: its shape is {row.shape}, known is {SHAPE}; start"
            " the release that wrote it, or empty warning.sieve_segment and warning.sieve_checkpoint to sieve the log"
            " from its beginning"
        )
    lot = Lot(row.next_offset, row.epoch, row.closed_through, row.forgotten_through, row.watermark_s)
    count = await _restore(tx, place, lot)
    return Saved(lot=lot, written=how_far(lot), sequence=row.sequence, segments=count)


async def _restore(tx: AsyncConnection, place: Place, lot: Lot) -> int:
    count = 0
    rows = await tx.stream(
        text(
            "SELECT kind, day, content FROM sieve_segment"
            " WHERE cluster = :cluster AND partition = :partition ORDER BY sequence"
        ),
        _key(place),
        execution_options={"max_row_buffer": BUFFERED_MAX},
    )
    async for row in rows:
        if row.kind == "untold":
            lot.untold[row.day] = segments.numbers_in(row.content)
        else:
            segments.hold(lot.days.setdefault(row.day, Day()), row.kind, row.content)
        count += 1
    return count


async def save(tx: AsyncConnection, place: Place, saved: Saved) -> Saved:
    """Write what is new since the last checkpoint, or everything where segments have grown many.

    Raises:
        FencedError: the partition is another process's now; nothing was written.
    """
    lot = saved.lot
    lot.mend()
    afresh = saved.segments > SEGMENTS_MAX
    written = list(_everything(lot) if afresh else _news(lot))
    sequence = saved.sequence + len(written)
    await _advance(tx, place, saved, sequence)
    await _forget(tx, place, [] if afresh else list(lot.days))
    await _write(tx, place, saved.sequence, written)
    await late_cdrs.keep(tx, place.partition, lot.late)
    lot.late = []
    return Saved(
        lot=lot,
        written=how_far(lot),
        sequence=sequence,
        segments=len(written) + (0 if afresh else saved.segments),
        heard_at=saved.heard_at,
    )


def _news(lot: Lot) -> Iterator[Segment]:
    for number, day in lot.days.items():
        yield from (Segment(kind, number, content) for kind, content in segments.segments(day, day.take_new()))
    yield from _untold(lot)


def _everything(lot: Lot) -> Iterator[Segment]:
    for number, day in lot.days.items():
        yield from (Segment(kind, number, content) for kind, content in segments.segments(day, day.everything()))
    yield from _untold(lot)


def _untold(lot: Lot) -> Iterator[Segment]:
    for day, numbers in lot.untold.items():
        yield Segment("untold", day, segments.packed_numbers(numbers))


async def _advance(tx: AsyncConnection, place: Place, saved: Saved, sequence: int) -> None:
    lot = saved.lot
    rows = await tx.execute(
        text(
            "UPDATE sieve_checkpoint SET next_offset = :next_offset, closed_through = :closed_through,"
            " forgotten_through = :forgotten_through, watermark_s = :watermark_s, sequence = :sequence,"
            " taken_at = clock_timestamp()"
            " WHERE cluster = :cluster AND partition = :partition AND epoch = :epoch AND sequence = :written"
            " RETURNING 1"
        ),
        _key(place)
        | {
            "epoch": lot.epoch,
            "next_offset": lot.next_offset,
            "closed_through": lot.closed_through,
            "forgotten_through": lot.forgotten_through,
            "watermark_s": lot.watermark_s,
            "sequence": sequence,
            "written": saved.sequence,
        },
    )
    if rows.one_or_none() is None:
        raise FencedError(f"partition {place.partition} was taken over by another process, or written by a later step")


async def _forget(tx: AsyncConnection, place: Place, kept: list[int]) -> None:
    """Delete what was to be told, which is written anew each time, and the segments of all days but those `kept`."""
    await tx.execute(
        text(
            "DELETE FROM sieve_segment WHERE cluster = :cluster AND partition = :partition"
            " AND (kind = 'untold' OR day <> ALL (CAST(:kept AS int[])))"
        ),
        _key(place) | {"kept": kept},
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


async def latest_s(tx: AsyncConnection, cluster: str) -> float:
    """Return the latest event time that any partition has seen, in seconds from 1970; 0.0: none has seen any."""
    rows = await tx.execute(
        text("SELECT coalesce(max(watermark_s), 0) FROM sieve_checkpoint WHERE cluster = :cluster"),
        {"cluster": cluster},
    )
    return float(rows.scalar_one())


async def positions(tx: AsyncConnection, cluster: str) -> dict[Place, int]:
    """Return the offset from which each partition would be read again after a crash."""
    rows = await tx.execute(
        text("SELECT partition, next_offset FROM sieve_checkpoint WHERE cluster = :cluster"), {"cluster": cluster}
    )
    return {Place(cluster, TOPIC.name, row.partition): row.next_offset for row in rows}


def _key(place: Place) -> dict[str, object]:
    return {"cluster": place.cluster, "partition": place.partition}
