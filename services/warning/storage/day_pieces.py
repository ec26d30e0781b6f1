"""Circles, cells and handsets of numbers' days: kept as they come, sorted into shards once settled, read by shard."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.reentry.days import (
    Days,
    days_of,
    in_shards,
    packed_days,
    together,
    unpacked_days,
)
from shared.events.usage_day import UsageDay

SORTED_MAX = 200
"""Pieces that one transaction sorts: a consumer's batch each, and so 100,000 numbers at most."""
READ_BYTES = 32_000_000
"""Pieces are read in lots of about so many bytes: each is a transaction of its own, and adding it up takes time."""
FORGOTTEN_MAX = 200

Piece = tuple[int, int]
"""Id and bytes."""


async def record(tx: AsyncConnection, told: Sequence[UsageDay]) -> None:
    """Keep what days tell, whatever their versions: the latest one counts when they are read."""
    by_day = groupby(sorted(told, key=attrgetter("day")), attrgetter("day"))
    await _insert(tx, [(day, None, days_of(list(each))) for day, each in by_day])


async def sort(tx: AsyncConnection, through: date) -> bool:
    """Sort a part of what came of days until `through` into shards; return False when all of it is."""
    rows = await tx.execute(
        text(
            "DELETE FROM day_piece WHERE piece_id IN (SELECT piece_id FROM day_piece"
            " WHERE shard IS NULL AND day <= :through ORDER BY day, piece_id LIMIT :n FOR UPDATE)"
            " RETURNING day, content"
        ),
        {"through": through, "n": SORTED_MAX},
    )
    came = sorted(rows, key=attrgetter("day"))
    for day, pieces in groupby(came, attrgetter("day")):
        rows_of_day = together([unpacked_days(piece.content) for piece in pieces])
        await _insert(tx, [(day, shard, rows) for shard, rows in in_shards(rows_of_day)])
    return bool(came)


async def _insert(tx: AsyncConnection, pieces: Iterable[tuple[date, int | None, Days]]) -> None:
    rows = [{"day": day, "shard": shard, "content": packed_days(days)} for day, shard, days in pieces]
    if rows:
        await tx.execute(text("INSERT INTO day_piece (day, shard, content) VALUES (:day, :shard, :content)"), rows)


async def shards(tx: AsyncConnection, since: date, until: date) -> list[list[int]]:
    """Return the shards in groups that are added up together: as many as are small, or one."""
    rows = await tx.execute(
        text(
            "SELECT shard, sum(octet_length(content))::bigint AS bytes FROM day_piece"
            " WHERE shard IS NOT NULL AND day BETWEEN :since AND :until GROUP BY shard ORDER BY shard"
        ),
        {"since": since, "until": until},
    )
    return list(lots((row.shard, row.bytes) for row in rows))


async def listed(tx: AsyncConnection, shards: Sequence[int], since: date, until: date) -> list[Piece]:
    """Return the pieces of some shards' days from `since` to `until`, day by day."""
    rows = await tx.execute(
        text(
            "SELECT piece_id, octet_length(content) AS bytes FROM day_piece"
            " WHERE shard = ANY(:shards) AND day BETWEEN :since AND :until ORDER BY day, piece_id"
        ),
        {"shards": list(shards), "since": since, "until": until},
    )
    return [(row.piece_id, row.bytes) for row in rows]


def lots(pieces: Iterable[Piece]) -> Iterator[list[int]]:
    """Yield ids in their order, in lots of so many bytes as are read at a time."""
    lot: list[int] = []
    size = 0
    for piece_id, bytes_ in pieces:
        if lot and size + bytes_ > READ_BYTES:
            yield lot
            lot, size = [], 0
        lot.append(piece_id)
        size += bytes_
    if lot:
        yield lot


async def read(tx: AsyncConnection, ids: Sequence[int]) -> list[tuple[date, bytes]]:
    """Return the contents of these pieces, day by day."""
    rows = await tx.execute(
        text("SELECT day, content FROM day_piece WHERE piece_id = ANY(:ids) ORDER BY day, piece_id"), {"ids": list(ids)}
    )
    return [(row.day, row.content) for row in rows]


async def forget(tx: AsyncConnection, before: date) -> bool:
    """Delete a part of what is kept of days before `before`; return whether there may be more of it."""
    gone = await tx.execute(
        text("DELETE FROM day_piece WHERE piece_id IN (SELECT piece_id FROM day_piece WHERE day < :before LIMIT :n)"),
        {"before": before, "n": FORGOTTEN_MAX},
    )
    return gone.rowcount == FORGOTTEN_MAX
