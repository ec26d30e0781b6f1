"""The tally of each number's day, as columns: calls, seconds, messages, bytes, own and other networks' peers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.sieve.runs import Runs

COUNTERS = (
    "calls_out",
    "calls_in",
    "seconds_out",
    "seconds_in",
    "messages",
    "bytes",
    "own_net_calls",
    "other_net_calls",
)
Numbers = NDArray[np.int64]
"""E.164 without its plus."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counters of a day's numbers: one row a number, numbers rising."""

    numbers: Numbers
    counters: NDArray[np.int64]
    """Shape (numbers, 8), columns as in COUNTERS."""

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.numbers)

    def __getitem__(self, part: slice) -> "Tally":
        """Return some of the rows."""
        return Tally(self.numbers[part], self.counters[part])

    def to_bytes(self) -> bytes:
        """Return the rows as they are stored: number and counters, 64-bit little-endian."""
        return np.column_stack((self.numbers, self.counters)).astype("<i8").tobytes()

    @staticmethod
    def from_bytes(content: bytes) -> "Tally":
        """Return stored rows."""
        rows = np.frombuffer(content, "<i8").reshape(-1, 1 + len(COUNTERS))
        return Tally(rows[:, 0].copy(), rows[:, 1:].copy())


EMPTY = Tally(np.empty(0, np.int64), np.empty((0, len(COUNTERS)), np.int64))


def summed(numbers: Numbers, counters: NDArray[np.int64]) -> Tally:
    """Return the tally of rows in any order, those of one number added up."""
    if len(numbers) == 0:
        return EMPTY
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return Tally(ordered[starts], np.add.reduceat(counters[order], starts, axis=0))


def joined(one: Tally, other: Tally) -> Tally:
    """Return two tallies of one day as one."""
    return summed(np.concatenate((one.numbers, other.numbers)), np.concatenate((one.counters, other.counters)))


def new_runs() -> Runs[Tally]:
    """Return a day's runs of tallies, empty."""
    return Runs(joined, len)
