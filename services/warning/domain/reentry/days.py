"""What is kept of numbers' days so that re-entry numbers can be looked for: whom each called, where, with what.

Kept as columns: some 12 bytes a peer or cell and day, where rows of a table would take a hundred.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.packed import packed, unpacked
from services.warning.domain.reentry.profiles import HANDSET_DIGITS
from services.warning.domain.reentry.sparse import Ints, spans
from services.warning.domain.sieve.networks import numbers_of
from services.warning.domain.sieve.seen import hashes
from shared.events.usage_day import UsageDay

SHARDS = 16
"""Numbers are kept in so many shards, so that one fits into memory with all its days."""
MOST = np.iinfo(np.uint16).max
"""More calls or records a day count as so many."""


@dataclass(frozen=True, slots=True)
class Days:
    """What some numbers did on one and the same day: a row a number, then the peers and the cells of row after row."""

    numbers: Ints
    """E.164 without its plus."""
    versions: NDArray[np.int32]
    handsets: Ints
    """The digits that name it; 0: none was told."""
    peer_counts: NDArray[np.uint16]
    """How many peers each number has."""
    cell_counts: NDArray[np.uint16]
    peers: Ints
    calls: NDArray[np.uint16]
    cells: Ints
    """64-bit hashes of the cells' names, which nobody has to read."""
    records: NDArray[np.uint16]

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.numbers)

    def columns(self) -> tuple[NDArray[Any], ...]:
        """Return the columns in the order of the fields."""
        return tuple(getattr(self, name) for name in self.__slots__)

    def __getitem__(self, rows: Ints) -> "Days":
        """Return some of the rows."""
        met, placed = _places(self.peer_counts, rows), _places(self.cell_counts, rows)
        return Days(
            self.numbers[rows],
            self.versions[rows],
            self.handsets[rows],
            self.peer_counts[rows],
            self.cell_counts[rows],
            self.peers[met],
            self.calls[met],
            self.cells[placed],
            self.records[placed],
        )


def _places(counts: NDArray[np.uint16], rows: Ints) -> Ints:
    ends = np.cumsum(counts, dtype=np.int64)
    return spans((ends - counts)[rows], counts[rows].astype(np.int64))


def days_of(told: Sequence[UsageDay]) -> Days:
    """Return what is kept of usage days, all of one day; a peer that is no number in E.164 is told as 0."""
    met = list(chain.from_iterable(each.circle for each in told))
    cells = list(chain.from_iterable(each.cells for each in told))
    return Days(
        numbers_of([each.msisdn for each in told]),
        np.array([each.version for each in told], np.int32),
        np.array([int((each.imei or "0")[:HANDSET_DIGITS]) for each in told], np.int64),
        np.array([len(each.circle) for each in told], np.uint16),
        np.array([len(each.cells) for each in told], np.uint16),
        numbers_of([peer for peer, _, _ in met]),
        _clipped([calls for _, calls, _ in met]),
        _hashed([cell for cell, _ in cells]),
        _clipped([records for _, records in cells]),
    )


def _hashed(names: Sequence[str]) -> Ints:
    return hashes(names).view(np.int64) if names else np.empty(0, np.int64)


def _clipped(counts: Sequence[int]) -> NDArray[np.uint16]:
    return np.minimum(np.array(counts, np.int64), MOST).astype(np.uint16)


def together(pieces: Sequence[Days]) -> Days:
    """Return the rows of at least one piece, all of one day; a number's later version replaces its earlier one."""
    rows = Days(*(np.concatenate(columns) for columns in zip(*(each.columns() for each in pieces), strict=True)))
    order = np.lexsort((rows.versions, rows.numbers))
    last = np.append(np.diff(rows.numbers[order]) != 0, True)
    return rows[order[last]] if len(rows) else rows


def in_shards(days: Days) -> Iterator[tuple[int, Days]]:
    """Yield the rows of each shard that has any."""
    shards = days.numbers % SHARDS
    for shard in np.unique(shards).tolist():
        yield shard, days[np.flatnonzero(shards == shard)]


def packed_days(days: Days) -> bytes:
    """Return rows as they are stored."""
    return packed(days.columns())


def unpacked_days(content: bytes) -> Days:
    """Return stored rows."""
    return Days(*unpacked(content).read())
