"""Pairs of a new and an old number, found by what they share and never by trying all.

An inverted index over the new numbers' peers, handsets and identities is run through once by the old numbers, block by
block. With E ties of old numbers and d new numbers a peer, of which there are at most `holders_max`, a run costs
O(E + E d log(E d)) time, and memory for one block: it grows with the ties, that is linearly with either population as
long as the other stays, and never with new x old. Cells nominate nobody: no cell alone reaches the operating point.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.reentry.sparse import Codes, Floats, Ints, Sparse, spans


@dataclass(frozen=True, slots=True)
class Postings:
    """Who has a column: rows `row[start[c]:start[c + 1]]`."""

    start: Ints
    row: Codes
    weight: NDArray[np.float32]
    nats: Floats
    """What sharing the column says; 0: nothing, and it nominates nobody."""


PAIR = np.dtype(
    [
        ("new", np.int64),
        ("old", np.int64),
        ("circle", np.float64),  # cosine of the weighted circles, 0 to 1
        ("shared", np.int64),  # peers that count, in both circles
        ("handset", np.bool_),
        ("identity", np.bool_),
        ("strength", np.float64),  # what all that is shared says, in nats, as if it came independently
        ("cells", np.float64),  # cosine of the weighted cells, 0 to 1
        ("relation", np.int64),
        ("rivals", np.int64),  # among how many old numbers in question this one was found
        ("score", np.float64),
        ("standing", np.float64),  # the score less what its relation demands beyond the operating point
    ]
)
Pairs = NDArray[np.void]
"""Pairs by row of either population, of dtype PAIR, each pair once."""


def postings(rows: Sparse, nats: Floats) -> Postings:
    """Turn rows into an index by column."""
    order = np.argsort(rows.index, kind="stable")
    start = np.concatenate(([0], np.cumsum(rows.holders(len(nats)))))
    return Postings(start, rows.rows()[order].astype(np.int32), rows.weight[order], nats)


Kinds = tuple[Sparse, Sparse, Sparse]
"""The circles of some numbers as unit rows, their handsets and identities."""
Index = tuple[Postings, Postings, Postings]
"""The same of the new numbers, by column."""


def pairs(index: Index, old: Kinds) -> Pairs:
    """Return every pair that shares a peer, a handset or an identity; what else is told of a pair is 0 yet."""
    met = [_met(each, rows) for each, rows in zip(index, old, strict=True)]
    key, product, nats = (np.concatenate(parts) for parts in zip(*met, strict=True))
    kind = np.repeat(np.arange(3), [len(keys) for keys, _, _ in met])
    order = np.argsort(key, kind="stable")
    begins = _begins(key[order])
    found = np.zeros(len(begins), PAIR)
    found["new"], found["old"] = np.divmod(key[order][begins], max(len(old[0]), 1))
    found["strength"] = _sums(nats[order], begins)
    found["circle"] = np.minimum(_sums(np.where(kind == 0, product, 0.0)[order], begins), 1.0)
    for name, number in (("shared", 0), ("handset", 1), ("identity", 2)):
        found[name] = _sums((kind == number).astype(np.float64)[order], begins)
    return found


def _met(index: Postings, old: Sparse) -> tuple[Ints, Floats, Floats]:
    """Return of each meeting of a new and an old row in a column the pair's key, the product and the nats."""
    telling = np.flatnonzero((index.nats[old.index] > 0) & (index.start[old.index + 1] > index.start[old.index]))
    column = old.index[telling]
    begin = index.start[column]
    count = index.start[column + 1] - begin
    place = spans(begin, count)
    key = index.row[place].astype(np.int64) * len(old) + np.repeat(old.rows()[telling], count)
    product = index.weight[place].astype(np.float64) * np.repeat(old.weight[telling], count)
    return key, product, np.repeat(index.nats[column], count)


def _begins(ordered: Ints) -> Ints:
    return np.flatnonzero(np.diff(ordered, prepend=-1))


def _sums(values: Floats, begins: Ints) -> Floats:
    return np.add.reduceat(values, begins) if len(begins) else np.empty(0)


def held(rows: Sparse, columns: int, row: Ints, column: Ints) -> Floats:
    """Return the weight that each `row` has for its `column`, of `columns`; 0: it has none, or the column is none.

    The rows' columns must rise.
    """
    if len(rows.index) == 0:
        return np.zeros(len(row))
    keys = rows.rows() * columns + rows.index
    wanted = row * columns + column
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((keys[place] == wanted) & (column >= 0), rows.weight[place], 0.0).astype(np.float64)


def cosines(new: Sparse, old: Sparse, columns: int, chosen: Pairs) -> Floats:
    """Return the cosine of two unit rows for each of the chosen pairs."""
    begin = new.start[chosen["new"]]
    count = new.start[chosen["new"] + 1] - begin
    place = spans(begin, count)
    pair = np.repeat(np.arange(len(chosen)), count)
    product = new.weight[place] * held(old, columns, chosen["old"][pair], new.index[place].astype(np.int64))
    return np.minimum(np.bincount(pair, product, minlength=len(chosen)), 1.0)
