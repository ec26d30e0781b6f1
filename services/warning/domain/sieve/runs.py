"""Sorted runs that stay few: what is added lies beside what was there, and runs of like size become one.

So adding costs a share of a sort, whatever has gathered, and what was added since a checkpoint is a run of its own.
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

R = TypeVar("R")


class Runs(Generic[R]):
    """Runs, largest first; `join` makes one of two, `size` says how long one is."""

    def __init__(self, join: Callable[[R, R], R], size: Callable[[R], int]) -> None:
        self._join = join
        self._size = size
        self._runs: list[R] = []

    def add(self, run: R) -> None:
        """Add a run; the last two become one while the last is at least half as long."""
        self._runs.append(run)
        while len(self._runs) > 1 and 2 * self._size(self._runs[-1]) >= self._size(self._runs[-2]):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(self._join(before, last))

    def one(self, empty: R) -> R:
        """Make all runs one, and return it; `empty` where nothing was added."""
        while len(self._runs) > 1:
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(self._join(before, last))
        return self._runs[0] if self._runs else empty

    def __iter__(self) -> Iterator[R]:
        """Go through the runs."""
        return iter(self._runs)

    def __len__(self) -> int:
        """Return how long all runs are together."""
        return sum(map(self._size, self._runs))


def starts_of(*columns: NDArray[Any]) -> NDArray[np.int64]:
    """Return where a new value begins in columns whose equal rows lie side by side."""
    changes = np.zeros(max(len(columns[0]) - 1, 0), bool)
    for column in columns:
        changes |= column[1:] != column[:-1]
    first = np.zeros(min(len(columns[0]), 1), np.int64)
    return np.concatenate((first, np.flatnonzero(changes) + 1))


def rows_of(sorted_: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of all of `wanted`, which rise, in a column that rises."""
    return places(np.searchsorted(sorted_, wanted), np.searchsorted(sorted_, wanted, "right"))


def places(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return every place from each of `starts` to before its end."""
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
