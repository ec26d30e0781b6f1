"""The manifest and the files: a segment counts from the moment its rows are committed."""

import os
from pathlib import Path

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.archive.domain.segment import Segment
from shared.archive import INDEX, SEGMENT
from shared.db import offsets
from shared.db.offsets import Place


async def enter(tx: AsyncConnection, segment: Segment) -> None:
    """Enter what a segment holds, and move each partition's position behind it.

    Raises:
        RuntimeError: a partition is not where the segment begins; another process archives it.
    """
    for frame in segment.index.frames:
        place = Place(segment.index.cluster, frame.topic, frame.partition)
        if await offsets.advance(tx, place, frame.first_offset, frame.next_offset) != frame.first_offset:
            raise RuntimeError(f"could not archive {frame.topic}/{frame.partition}: it moved on elsewhere")
    await tx.execute(
        text(
            "INSERT INTO manifest (cluster, topic, partition, first_offset, next_offset, segment, at_byte, bytes)"
            " VALUES (:cluster, :topic, :partition, :first_offset, :next_offset, :segment, :at_byte, :bytes)"
        ),
        [
            msgspec.structs.asdict(frame) | {"cluster": segment.index.cluster, "segment": segment.name}
            for frame in segment.index.frames
        ],
    )


async def writing(tx: AsyncConnection) -> None:
    """Keep those who clean away from the folder until the transaction ends; a slow disk may take its time."""
    await tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = '60s'"))
    await tx.execute(text("SELECT pg_advisory_xact_lock_shared(hashtext('archive.folder'))"))


async def nobody_writes(tx: AsyncConnection) -> bool:
    """Tell whether no process is between a segment and its rows; none will be until the transaction ends."""
    alone: bool = (await tx.execute(text("SELECT pg_try_advisory_xact_lock(hashtext('archive.folder'))"))).scalar_one()
    return alone


async def known_segments(tx: AsyncConnection) -> set[str]:
    """Return the names of all segments that count."""
    return set((await tx.execute(text("SELECT DISTINCT segment FROM manifest"))).scalars())


def write(folder: Path, segment: Segment) -> None:
    """Write a segment and its index, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / (segment.name + SEGMENT), segment.content)
    _write(folder / (segment.name + INDEX), msgspec.json.encode(segment.index))


def remove(folder: Path, name: str) -> None:
    """Delete a segment that does not count."""
    (folder / (name + INDEX)).unlink(missing_ok=True)
    (folder / (name + SEGMENT)).unlink(missing_ok=True)


def on_disk(folder: Path) -> set[str]:
    """Return the names of all segments in `folder`, counting or not."""
    return {path.name.removesuffix(SEGMENT) for path in folder.glob(f"*{SEGMENT}")}


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
