"""Numbers that moved, followed: whoever calls the new number of somebody found calls the old one from now on."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from services.warning.domain.reentry.columns import NONE, People
from services.warning.domain.reentry.sparse import Codes, Ints, Sparse, spans


def followed(people: People, moved: Mapping[int, int]) -> People:
    """Return the populations with each peer that moved under its old number; `moved` are rows, new to old."""
    both = people.both
    to = np.arange(both.sizes.peers, dtype=np.int32)
    new_own, old_own = both.new.own.copy(), both.old.own.copy()
    for new, old in moved.items():
        code = int(new_own[new])
        new_own[new] = NONE
        if old_own[old] == NONE:
            # Nobody calls the old number any more: the new one's code is free to stand for it.
            old_own[old] = code
        elif code != NONE:
            to[code] = old_own[old]
    new_columns = replace(both.new, circle=_renamed(both.new.circle, to), own=new_own)
    old_columns = replace(both.old, circle=_renamed(both.old.circle, to), own=old_own)
    return replace(people, both=replace(both, new=new_columns, old=old_columns))


def _renamed(rows: Sparse, to: Codes) -> Sparse:
    """Return the rows with each column `c` under `to[c]`, the weights of one column added up; few rows change."""
    changed = np.flatnonzero((to != np.arange(len(to)))[rows.index])
    if len(changed) == 0:
        return rows
    touched = np.unique(np.searchsorted(rows.start, changed, side="right").astype(np.int64) - 1)
    length = np.diff(rows.start)
    place = spans(rows.start[touched], length[touched])
    key = np.repeat(np.arange(len(touched)), length[touched]) * len(to) + to[rows.index[place]]
    keys, inverse = np.unique(key, return_inverse=True)
    length[touched] = np.bincount(keys // len(to), minlength=len(touched))
    start = np.concatenate(([0], np.cumsum(length)))
    weights = np.bincount(inverse, rows.weight[place]).astype(np.float32)
    return _spliced(rows, place, Sparse(start, (keys % len(to)).astype(np.int32), weights), touched)


def _spliced(rows: Sparse, taken: Ints, put: Sparse, touched: Ints) -> Sparse:
    """Return the rows with what stood at the places `taken` replaced by what `put` holds for the rows `touched`."""
    left, kept = np.ones(len(rows.index), np.bool_), np.ones(int(put.start[-1]), np.bool_)
    left[taken] = False
    place = spans(put.start[touched], np.diff(put.start)[touched])
    kept[place] = False
    index, weight = np.empty(len(kept), np.int32), np.empty(len(kept), np.float32)
    index[kept], weight[kept] = rows.index[left], rows.weight[left]
    index[place], weight[place] = put.index, put.weight
    return Sparse(put.start, index, weight)
