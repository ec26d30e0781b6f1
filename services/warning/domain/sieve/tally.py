"""The tally of each number's day: calls, seconds, messages, bytes, own and other networks' peers.

Tallies are columns, not objects: a batch is summed by number and day with a sort, and kept as a run beside the runs
before it; runs of like size are merged. So a CDR costs a share of a sort, and what changed since a checkpoint is a run.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

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
KEY = np.dtype([("day", "<i4"), ("number", "<i8")])
ROW = np.dtype([("day", "<i4"), ("number", "<i8"), *((name, "<i8") for name in COUNTERS)])
"""One number's day; `day` counts from 1970-01-01 in the operator's calendar, `number` is E.164 without its plus."""

Rows = NDArray[np.void]
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def empty() -> Rows:
    """Return no rows."""
    return np.empty(0, ROW)


def summed(rows: Rows) -> Rows:
    """Return `rows` in the order of day and number, those of the same day and number added up."""
    if len(rows) == 0:
        return rows
    ordered = rows[np.lexsort((rows["number"], rows["day"]))]
    differs = (np.diff(ordered["number"]) != 0) | (np.diff(ordered["day"]) != 0)
    starts = np.flatnonzero(np.concatenate(([True], differs)))
    result = ordered[starts]
    for name in COUNTERS:
        result[name] = np.add.reduceat(ordered[name], starts)
    return result


def merged(runs: Sequence[Rows]) -> Rows:
    """Return all `runs` as one."""
    return summed(np.concatenate(runs)) if runs else empty()


class Tallies:
    """The tallies of one partition."""

    def __init__(self, runs: Iterable[Rows] = ()) -> None:
        self._runs: list[Rows] = [run for run in runs if len(run)]

    def add(self, run: Rows) -> None:
        """Add a summed batch. Runs are merged while the last is half as large as the one before, so they stay few."""
        if len(run) == 0:
            return
        self._runs.append(run)
        while len(self._runs) > 1 and 2 * len(self._runs[-1]) >= len(self._runs[-2]):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(summed(np.concatenate((before, last))))

    def days(self) -> list[int]:
        """Return the days that are tallied, earliest first."""
        return sorted({int(day) for run in self._runs for day in np.unique(run["day"])})

    def take(self, day: int) -> Rows:
        """Take out the tallies of `day`, in the order of numbers."""
        taken = merged([run[run["day"] == day] for run in self._runs])
        self._runs = [kept for run in self._runs if len(kept := run[run["day"] != day])]
        return taken

    def everything(self) -> Rows:
        """Return all tallies as one run."""
        self._runs = [merged(self._runs)] if self._runs else []
        return self._runs[0] if self._runs else empty()

    def __len__(self) -> int:
        """Return how many rows are held; a number's day may stand in several runs."""
        return sum(len(run) for run in self._runs)
