"""A simulated population with known re-entries: communities that share peers, strangers, hotlines, many decoys.

Of the new numbers half are old ones come back, some are second numbers, the rest are truly new customers of the same
communities, whose circles overlap with their neighbours'. Some old numbers fall silent and never come back.
"""

from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.warning.domain.reentry.columns import Both, Columns, Sizes
from services.warning.domain.reentry.sparse import Floats, Ints, Sparse, spans

HOTLINES = 1_000
DAYS = 56
FIRST_BEGINS, LAST_BEGINS = 25, 42
"""New numbers begin from the one day to before the other, so that a fortnight at least shows what became of the old."""
DEGREE_SPREAD = 0.6
HOTLINE_SHARE, STRANGER_SHARE = 0.05, 0.25
KEPT_SHARE, FRESH_SHARE = 0.6, 0.3
"""Of a circle's peers so many show in the new number's weeks, and so many are added."""
OVERLAP_DAYS = 3
LEAVING_SHARE = 0.02
LONG_AGO = -400
CELLS_EACH = 3


class Plan(Struct, frozen=True, kw_only=True):
    """How many, and how dense."""

    new: int
    old: int
    degree: float = 20.0
    """The median of peers that a number has."""
    community: int = 120
    """How many numbers share most of their peers."""
    returning_share: float = 0.5
    second_share: float = 0.2
    handset_share: float = 0.0
    """Of those who come back, how many keep their handset."""
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Simulated:
    """A population, and what is true of its new numbers."""

    both: Both
    old_of: Ints
    """Each new number's old row; -1: a new customer."""
    second: NDArray[np.bool_]
    """The old number is alive."""


def simulated(plan: Plan) -> Simulated:
    """Make a population; the same plan makes the same."""
    luck = np.random.default_rng(plan.seed)
    old_circle = _circles(plan, luck, np.arange(plan.old))
    cast = luck.permutation(plan.old)[: plan.new]
    coming, seconds = (int(plan.new * share) for share in (plan.returning_share, plan.second_share))
    old_of = np.where(np.arange(plan.new) < coming + seconds, cast, -1)
    second = (old_of >= 0) & (np.arange(plan.new) >= coming)
    first = luck.integers(FIRST_BEGINS, LAST_BEGINS, plan.new)
    fresh = _circles(plan, luck, cast)
    new = _new(plan, luck, (old_circle, fresh, old_of), first)
    end = _ends(plan, luck, (old_of, second, first))
    everyone = np.arange(plan.old)
    begun = np.full(plan.old, LONG_AGO)
    old = _columns(plan, luck, (old_circle, everyone, everyone), _active(luck, plan.old) & _before(end), begun)
    sizes = Sizes(
        peers=plan.old + HOTLINES,
        cells=_cells(plan),
        handsets=plan.old + plan.new,
        identities=0,
        agents=0,
    )
    return Simulated(Both(new=new, old=old, sizes=sizes, days=DAYS), old_of, second)


def _cells(plan: Plan) -> int:
    return plan.old // plan.community + CELLS_EACH + 1


def _circles(plan: Plan, luck: np.random.Generator, who: Ints) -> Sparse:
    """Draw the circles of numbers that live where the old numbers `who` do, 500,000 at a time."""
    parts = [_some_circles(plan, luck, who[begin : begin + 500_000]) for begin in range(0, len(who), 500_000)]
    lengths = np.concatenate([np.diff(part.start) for part in parts])
    start = np.concatenate(([0], np.cumsum(lengths)))
    return Sparse(start, np.concatenate([p.index for p in parts]), np.concatenate([p.weight for p in parts]))


def _some_circles(plan: Plan, luck: np.random.Generator, who: Ints) -> Sparse:
    degree = np.clip(luck.lognormal(np.log(plan.degree), DEGREE_SPREAD, len(who)), 2, 150).astype(np.int64)
    row = np.repeat(np.arange(len(who)), degree)
    kind = luck.random(len(row))
    near = who[row] // plan.community * plan.community + luck.integers(0, plan.community, len(row))
    far = luck.integers(0, plan.old, len(row))
    # Some hotlines are called by many more than others.
    hot = plan.old + (HOTLINES * luck.random(len(row)) ** 3).astype(np.int64)
    peer = np.where(kind < HOTLINE_SHARE, hot, np.where(kind < HOTLINE_SHARE + STRANGER_SHARE, far, near % plan.old))
    return _rows(len(who), row, peer, luck.geometric(0.3, len(row)).astype(np.float64))


def _rows(rows: int, row: Ints, peer: Ints, calls: Floats) -> Sparse:
    """Return entries in any order as rows whose columns rise, those of one peer added up."""
    order = np.lexsort((peer, row))
    begins = np.flatnonzero((np.diff(row[order], prepend=-1) != 0) | (np.diff(peer[order], prepend=-1) != 0))
    start = np.concatenate(([0], np.cumsum(np.bincount(row[order][begins], minlength=rows))))
    weight = np.add.reduceat(calls[order], begins)
    return Sparse(start, peer[order][begins].astype(np.int32), weight.astype(np.float32))


def _new(plan: Plan, luck: np.random.Generator, circles: tuple[Sparse, Sparse, Ints], first: Ints) -> Columns:
    """Draw the new numbers: what is left of the old circle and something fresh; a new customer's is all fresh."""
    old, fresh, old_of = circles
    come = np.flatnonzero(old_of >= 0)
    length = np.diff(old.start)[old_of[come]]
    place, row = spans(old.start[old_of[come]], length), np.repeat(come, length)
    kept = luck.random(len(place)) < KEPT_SHARE
    own = fresh.rows()
    added = luck.random(len(own)) < np.where(old_of[own] >= 0, FRESH_SHARE, KEPT_SHARE + FRESH_SHARE)
    circle = _rows(
        plan.new,
        np.concatenate([row[kept], own[added]]),
        np.concatenate([old.index[place[kept]], fresh.index[added]]).astype(np.int64),
        np.concatenate([luck.geometric(0.5, kept.sum()), luck.geometric(0.5, added.sum())]).astype(np.float64),
    )
    same = (old_of >= 0) & (luck.random(plan.new) < plan.handset_share)
    handset = np.where(same, old_of, plan.old + np.arange(plan.new))
    home = np.where(old_of >= 0, old_of, luck.integers(0, plan.old, plan.new))
    active = _active(luck, plan.new) & ~_before(first) | (np.uint64(1) << first.astype(np.uint64))
    return _columns(plan, luck, (circle, handset, home), active, first)


def _ends(plan: Plan, luck: np.random.Generator, cast: tuple[Ints, NDArray[np.bool_], Ints]) -> Ints:
    """Draw the day before which each old number ends: of those who come back soon after the new one begins."""
    old_of, second, first = cast
    end = np.where(luck.random(plan.old) < LEAVING_SHARE, luck.integers(1, DAYS, plan.old), DAYS)
    end[old_of[second]] = DAYS
    back = np.flatnonzero((old_of >= 0) & ~second)
    end[old_of[back]] = first[back] + luck.integers(0, OVERLAP_DAYS + 1, len(back))
    return end


def _columns(
    plan: Plan, luck: np.random.Generator, told: tuple[Sparse, Ints, Ints], active: NDArray[np.uint64], first: Ints
) -> Columns:
    circle, handset, home = told
    numbers = len(handset)
    one_each = np.arange(numbers + 1)
    cells = (home // plan.community)[:, None] + np.arange(CELLS_EACH)
    return Columns(
        circle=circle,
        cells=Sparse(
            one_each * CELLS_EACH,
            cells.ravel().astype(np.int32),
            luck.integers(1, 50, numbers * CELLS_EACH).astype(np.float32),
        ),
        handsets=Sparse(one_each, handset.astype(np.int32), np.ones(numbers, np.float32)),
        identities=Sparse(one_each * 0, np.empty(0, np.int32), np.empty(0, np.float32)),
        own=np.arange(numbers, dtype=np.int32) if numbers == plan.old else np.full(numbers, -1, np.int32),
        agent=np.full(numbers, -1, np.int32),
        first=first.astype(np.int16),
        active=active,
        suspended=np.zeros(numbers, np.bool_),
    )


def _active(luck: np.random.Generator, numbers: int) -> NDArray[np.uint64]:
    """Draw the days of use: a third of the numbers on 3 days in 4, a third on half, a third on one in four."""
    one, other = (luck.integers(0, 1 << 63, numbers, np.uint64) << np.uint64(1) for _ in range(2))
    habit = luck.integers(0, 3, numbers)
    return np.where(habit == 0, one | other, np.where(habit == 1, one, one & other)) & np.uint64((1 << DAYS) - 1)


def _before(day: Ints) -> NDArray[np.uint64]:
    return (np.uint64(1) << day.astype(np.uint64)) - np.uint64(1)
