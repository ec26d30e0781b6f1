"""Pairs of a number and something it met on a day, with what there was between them: its peers, its cells.

Rows lie by number, then by the other side, so that a day's pairs are told number by number like its tallies.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.sieve.runs import Runs, places, rows_of, starts_of
from services.warning.domain.sieve.tally import Counts, Numbers, sums

PRIME = np.uint64(0x9E3779B97F4A7C15)
BITS = np.uint64(14)
"""E.164 has fifteen digits, which are 50 bits: so many are left of a word to tell a number's pairs apart."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs, each once."""

    numbers: Numbers
    """Rising."""
    others: NDArray[np.int64] | NDArray[np.int32]
    weights: Counts
    """Shape (pairs, weights)."""

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.numbers)

    def __getitem__(self, part: slice | NDArray[np.int64]) -> "Pairs":
        """Return some of the rows."""
        return Pairs(self.numbers[part], self.others[part], self.weights[part])

    def of(self, numbers: Numbers) -> "Pairs":
        """Return the rows of `numbers`, which rise."""
        return self[rows_of(self.numbers, numbers)]

    @property
    def nbytes(self) -> int:
        """Return how many bytes of memory the rows take."""
        return self.numbers.nbytes + self.others.nbytes + self.weights.nbytes


def summed(pairs: Pairs) -> Pairs:
    """Return rows in any order as pairs, the weights of one pair added up."""
    if len(pairs) == 0:
        return pairs
    keys, order = _ordered(pairs)
    others = pairs.others[order]
    starts = starts_of(keys, others)
    return Pairs(pairs.numbers[order[starts]], others[starts], sums(pairs.weights, order, starts))


def _ordered(pairs: Pairs) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return sorted keys, and the order in which pairs of one kind lie side by side.

    One word a pair sorts several times faster than two columns; where two others of a number share their bits, that
    number's few rows are sorted by the other side as well.
    """
    mixed = (pairs.others.astype(np.uint64) * PRIME) >> (np.uint64(64) - BITS)
    words = (pairs.numbers.astype(np.uint64) << BITS) | mixed
    order = np.argsort(words, kind="stable")
    keys, others = words[order], pairs.others[order]
    clashing = keys[1:][(keys[1:] == keys[:-1]) & (others[1:] != others[:-1])]
    if len(clashing):
        clashing = np.unique(clashing)
        tied = places(np.searchsorted(keys, clashing), np.searchsorted(keys, clashing, "right"))
        order[tied] = order[tied][np.lexsort((others[tied], keys[tied]))]
    return keys, order


def together(pieces: Sequence[Pairs], empty: Pairs) -> Pairs:
    """Return pairs of one day as one; `empty` where there are none."""
    if not pieces:
        return empty
    return summed(
        Pairs(
            np.concatenate([each.numbers for each in pieces]),
            np.concatenate([each.others for each in pieces]),
            np.concatenate([each.weights for each in pieces]),
        )
    )


def heaviest(pairs: Pairs, tie: NDArray[np.int64], count: int) -> Pairs:
    """Return each number's `count` pairs of most weight, heaviest first; of two alike that of the lower `tie`."""
    falling = [-column.astype(np.int64) for column in pairs.weights.T[::-1]]
    ordered = pairs[np.lexsort((tie, *falling, pairs.numbers))]
    starts = starts_of(ordered.numbers)
    lengths = np.diff(starts, append=len(ordered))
    ranks = np.arange(len(ordered)) - np.repeat(starts, lengths)
    return ordered[np.flatnonzero(ranks < count)]


def new_runs(empty: Pairs) -> Runs[Pairs]:
    """Return a day's runs of pairs, none yet."""
    return Runs(lambda one, other: together((one, other), empty), len)
