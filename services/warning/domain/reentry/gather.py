"""The days of a shard's numbers added up over a window, a piece at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.reentry.days import Days, together
from services.warning.domain.reentry.sparse import Ints
from services.warning.domain.sieve import pairs
from services.warning.domain.sieve.pairs import Pairs
from services.warning.domain.sieve.runs import Runs, starts_of

ENTRIES_MAX = 4_000_000
"""So many peers, cells and numbers of single days wait to be added up at most, beyond those of one day."""
NO_PAIRS = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 1), np.uint16))
Bits = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Active:
    """Numbers and the days on which they did anything."""

    numbers: Ints
    """Rising."""
    bits: Bits
    """Bit d: day d of the window."""

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.numbers)


NOBODY = Active(np.empty(0, np.int64), np.empty(0, np.uint64))


@dataclass(frozen=True, slots=True)
class Gathered:
    """What some numbers did in a window."""

    active: Active
    circle: Pairs
    """Calls by peer."""
    cells: Pairs
    handsets: Pairs
    """Days by handset."""


class Gathering:
    """Adds up what comes day by day; what it holds grows with what numbers have in common over days, not with days."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Days]] = []
        self._entries = 0
        self._active: Runs[Active] = Runs(lambda one, other: _either((one, other)), len)
        self._circle, self._cells, self._handsets = (pairs.new_runs(NO_PAIRS) for _ in range(3))

    def add(self, place: int, days: Days) -> None:
        """Add some rows of day `place` of the window; the places come in order."""
        if self._entries > ENTRIES_MAX and place != self._waiting[-1][0]:
            self._sum()
        self._waiting.append((place, days))
        self._entries += len(days) + len(days.peers) + len(days.cells)

    def gathered(self) -> Gathered:
        """Return the sums of all that was added."""
        if self._waiting:
            self._sum()
        sums = (runs.one(NO_PAIRS) for runs in (self._circle, self._cells, self._handsets))
        return Gathered(self._active.one(NOBODY), *sums)

    def _sum(self) -> None:
        by_place = groupby(self._waiting, itemgetter(0))
        days = [(place, together([each for _, each in pieces])) for place, pieces in by_place]
        self._waiting, self._entries = [], 0
        self._active.add(_either([Active(each.numbers, _bits(place, each)) for place, each in days]))
        self._circle.add(_pairs([_met(each) for _, each in days]))
        self._cells.add(_pairs([_placed(each) for _, each in days]))
        self._handsets.add(_pairs([_held(each) for _, each in days]))


def _either(pieces: Sequence[Active]) -> Active:
    """Return numbers in any order as numbers that rise, with the days of all their rows."""
    numbers = np.concatenate([each.numbers for each in pieces])
    bits = np.concatenate([each.bits for each in pieces])
    order = np.argsort(numbers, kind="stable")
    starts = starts_of(numbers[order])
    return Active(numbers[order][starts], np.bitwise_or.reduceat(bits[order], starts)) if len(starts) else NOBODY


def _bits(place: int, days: Days) -> Bits:
    return np.full(len(days), 1 << place, np.uint64)


def _pairs(pieces: Sequence[Pairs]) -> Pairs:
    return pairs.together(pieces, NO_PAIRS)


def _met(days: Days) -> Pairs:
    owners = np.repeat(days.numbers, days.peer_counts)
    # Who calls their own number hears their voice mail: that says nothing of whom they know.
    somebody = np.flatnonzero((days.peers != 0) & (days.peers != owners))
    return Pairs(owners[somebody], days.peers[somebody], days.calls[somebody, None].astype(np.int64))


def _placed(days: Days) -> Pairs:
    return Pairs(np.repeat(days.numbers, days.cell_counts), days.cells, days.records[:, None].astype(np.int64))


def _held(days: Days) -> Pairs:
    told = np.flatnonzero(days.handsets)
    return Pairs(days.numbers[told], days.handsets[told], np.ones((len(told), 1), np.int64))
