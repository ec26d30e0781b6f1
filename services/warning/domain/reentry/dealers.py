"""Numbers begun in bulk: a dealer's growth, which is nobody's (养卡).

Many on one handset are a pattern by themselves. A busy cell or a good agent has many new numbers too, so there they
count only where they are thin, and many times what is usual of a cell or an agent.
"""

from dataclasses import dataclass

import numpy as np

from services.warning.domain.reentry.columns import Columns
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.sparse import Ints, Sparse

DAY_CODES = 1 << 17
"""More than the days that 16 bits can tell, so that a group and a day make one number."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """With how many others each new number began in one place; a row a number."""

    together: Ints
    """The number itself included; 0: it is not one of a pattern."""
    group: Ints
    """Code of the handset, cell or agent; -1: none."""
    usual: float
    """How many are usual in such a place; 0 on handsets, where none are."""


def on_handsets(new: Columns, limits: Limits) -> Bulk:
    """Return the numbers that began on one handset within the window."""
    rows, handset = new.handsets.rows(), new.handsets.index.astype(np.int64)
    began = _began(new, rows, handset, limits)
    return _bulk(len(new), began, limits.dealer_handset_numbers_min, 0.0)


def in_cells(new: Columns, cells: int, limits: Limits) -> Bulk:
    """Return the thin numbers that began in one of the `cells`, each by the cell where it is most."""
    return _place(new, _home(new.cells), cells, limits)


def with_agents(new: Columns, agents: int, limits: Limits) -> Bulk:
    """Return the thin numbers that one of the `agents` sold."""
    return _place(new, new.agent.astype(np.int64), agents, limits)


@dataclass(frozen=True, slots=True)
class _Began:
    """New numbers by group and day of beginning; how many began from each one's day on, within the window."""

    row: Ints
    group: Ints
    within: Ints


def _began(new: Columns, rows: Ints, groups: Ints, limits: Limits) -> _Began:
    key = groups * DAY_CODES + new.first[rows] + DAY_CODES // 2
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    end = np.searchsorted(ordered, ordered + limits.dealer_days)
    return _Began(rows[order], groups[order], end - np.arange(len(ordered)))


def _place(new: Columns, groups: Ints, places: int, limits: Limits) -> Bulk:
    rows = np.flatnonzero((groups >= 0) & (np.diff(new.circle.start) <= limits.dealer_circle_max))
    began = _began(new, rows, groups[rows], limits)
    usual = _usual(began, places)
    floor = max(limits.dealer_place_numbers_min, limits.dealer_place_lift_min * usual)
    return _bulk(len(new), began, floor, usual)


def _usual(began: _Began, places: int) -> float:
    """Return the median, over all places, of the most that began within the window; where none began it is 0."""
    most = np.zeros(places, np.int64)
    np.maximum.at(most, began.group, began.within)
    return float(np.median(most)) if places else 0.0


def _bulk(numbers: int, began: _Began, floor: float, usual: float) -> Bulk:
    """Count the numbers of windows of `floor` or more; windows that overlap are one run."""
    many = np.flatnonzero(began.within >= floor)
    starts = np.bincount(many, minlength=len(began.row) + 1)
    stops = np.bincount(many + began.within[many], minlength=len(began.row) + 1)
    open_windows = np.cumsum(starts - stops)[:-1]
    # A window that goes on carries its run along; where none does, another begins.
    run = np.cumsum(open_windows == starts[:-1])
    length = np.where(open_windows > 0, np.bincount(run, minlength=1)[run], 0)
    together, group = np.zeros(numbers, np.int64), np.full(numbers, -1)
    for place in np.flatnonzero(length):
        row = began.row[place]
        if length[place] > together[row]:
            together[row], group[row] = length[place], began.group[place]
    return Bulk(together, group, usual)


def _home(cells: Sparse) -> Ints:
    """Return the cell where each number has most records, of equals the first; -1: none is told."""
    home = np.full(len(cells), -1)
    rows = cells.rows()
    # Written from the least to the most, so that the most stays.
    order = np.lexsort((-cells.index.astype(np.int64), cells.weight))
    home[rows[order]] = cells.index[order]
    return home
