"""The tally of each number's day, as columns: calls, seconds, messages, bytes, and the handset last seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.sieve.runs import Runs, rows_of, starts_of

COUNTS = (
    "calls_out",
    "calls_in",
    "seconds_out",
    "seconds_in",
    "messages",
    "own_net_calls",
    "other_net_calls",
    "version",
)
"""The last is how many CDRs were counted, which is a usage day's version: it says by itself what it holds."""
Numbers = NDArray[np.int64]
"""E.164 without its plus."""
Counts = NDArray[np.uint16] | NDArray[np.uint32] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """The counters of a day's numbers: one row a number, numbers rising; at most 60 bytes a row."""

    numbers: Numbers
    counts: Counts
    """Shape (numbers, 8), columns as in COUNTS; 16 or 32 bits unless a sum asks for more."""
    bytes: NDArray[np.int64]
    handsets: NDArray[np.int64]
    """The one last seen, as in `Columns`."""
    seen_s: NDArray[np.uint32]
    """When it was, in seconds from 1970."""

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.numbers)

    def __getitem__(self, part: slice | NDArray[np.int64]) -> "Tally":
        """Return some of the rows."""
        return Tally(self.numbers[part], self.counts[part], self.bytes[part], self.handsets[part], self.seen_s[part])

    def of(self, numbers: Numbers) -> "Tally":
        """Return the rows of `numbers`, which rise."""
        return self[rows_of(self.numbers, numbers)]

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the rows take."""
        return sum(column.nbytes for column in (self.numbers, self.counts, self.bytes, self.handsets, self.seen_s))


EMPTY = Tally(
    np.empty(0, np.int64),
    np.empty((0, len(COUNTS)), np.uint16),
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty(0, np.uint32),
)


def summed(rows: Tally) -> Tally:
    """Return rows in any order as a tally, those of one number added up."""
    if len(rows) == 0:
        return EMPTY
    order = np.argsort(rows.numbers, kind="stable")
    ordered = rows.numbers[order]
    starts = starts_of(ordered)
    seen, handsets = _last_seen(rows.seen_s[order], rows.handsets[order], starts)
    return Tally(
        ordered[starts],
        sums(rows.counts, order, starts),
        np.add.reduceat(rows.bytes[order], starts),
        handsets,
        seen,
    )


def _last_seen(
    seen_s: NDArray[np.uint32], handsets: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return when each group saw a handset last, and which; of two at once the greater, whatever the order."""
    seen = np.maximum.reduceat(seen_s, starts)
    lengths = np.diff(starts, append=len(seen_s))
    latest = np.where(seen_s == np.repeat(seen, lengths), handsets, 0)
    return seen, np.maximum.reduceat(latest, starts)


def together(tallies: Sequence[Tally]) -> Tally:
    """Return tallies of one day as one."""
    if not tallies:
        return EMPTY
    return summed(
        Tally(
            np.concatenate([each.numbers for each in tallies]),
            np.concatenate([each.counts for each in tallies]),
            np.concatenate([each.bytes for each in tallies]),
            np.concatenate([each.handsets for each in tallies]),
            np.concatenate([each.seen_s for each in tallies]),
        )
    )


def sums(values: Counts, order: NDArray[np.int64], starts: NDArray[np.int64]) -> Counts:
    """Return the sum of the rows of each group; in `order` a group's rows lie from its start to the next one's."""
    lengths = np.diff(starts, append=len(order))
    if lengths.max() > 2:
        return narrowed(np.add.reduceat(values.take(order, axis=0), starts, axis=0, dtype=np.int64))
    # Two runs that become one, nearly always: most rows are taken as they are, which is ten times as fast.
    whole, twice = values.take(order[starts], axis=0), np.flatnonzero(lengths == 2)
    both = whole[twice].astype(np.int64) + values[order[starts[twice] + 1]]
    if both.size and both.max() > np.iinfo(whole.dtype).max:
        whole = whole.astype(np.int64)
    whole[twice] = both
    return narrowed(whole.astype(np.int64, copy=False)) if whole.dtype == np.int64 else whole


def narrowed(counts: NDArray[np.int64]) -> Counts:
    """Return `counts` in as little space as the greatest of them allows."""
    most = int(counts.max()) if counts.size else 0
    if most < 2**16:
        return counts.astype(np.uint16)
    return counts.astype(np.uint32) if most < 2**32 else counts


def new_runs() -> Runs[Tally]:
    """Return a day's runs of tallies, empty."""
    return Runs(lambda one, other: together((one, other)), len)
