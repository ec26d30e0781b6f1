"""Sparse rows as three arrays (CSR), which hold a nation's circles in 8 bytes a tie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sparse:
    """Row r has the columns `index[start[r]:start[r + 1]]`, each once, with their `weight`s."""

    start: Ints
    """Shape (rows + 1)."""
    index: Codes
    """Shape (entries)."""
    weight: NDArray[np.float32]
    """Shape (entries)."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.start) - 1

    def part(self, first: int, last: int) -> "Sparse":
        """Return the rows from `first` to before `last`, without copying them."""
        begin, end = self.start[first], self.start[last]
        return Sparse(self.start[first : last + 1] - begin, self.index[begin:end], self.weight[begin:end])

    def row(self, row: int) -> dict[int, float]:
        """Return the weights of one row, by column."""
        begin, end = self.start[row], self.start[row + 1]
        return dict(zip(self.index[begin:end].tolist(), self.weight[begin:end].tolist(), strict=True))

    def rows(self) -> Ints:
        """Return each entry's row."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def holders(self, columns: int) -> Ints:
        """Return how many rows have each of the `columns`."""
        return np.bincount(self.index, minlength=columns)


def sparse(rows: Sequence[Sequence[tuple[int, float]]]) -> Sparse:
    """Return rows of (column, weight)."""
    counts = np.fromiter(map(len, rows), np.int64, len(rows))
    entries = [entry for row in rows for entry in row]
    index = np.fromiter((column for column, _ in entries), np.int32, len(entries))
    weight = np.fromiter((value for _, value in entries), np.float32, len(entries))
    return Sparse(np.concatenate(([0], np.cumsum(counts))), index, weight)


def spans(start: Ints, length: Ints) -> Ints:
    """Return the places `start[i]`, `start[i] + 1`, ... of all spans of `length[i]`, one after the other.

    >>> spans(np.array([5, 20]), np.array([2, 3]))
    array([ 5,  6, 20, 21, 22])
    """
    before = np.cumsum(length) - length
    return np.repeat(start - before, length) + np.arange(length.sum())
