"""What became of the old number when the new one began: the time relation of a pair."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.reentry.columns import Columns
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.sparse import Floats, Ints


class Relation(IntEnum):
    """What the old number did around the new one's beginning."""

    UNTOLD = 0
    """Too early to tell, or long gone before: no match, whatever is shared."""
    SILENT = 1
    SUSPENDED = 2
    FALLING = 3
    ALIVE = 4


@dataclass(frozen=True, slots=True)
class Lives:
    """The old numbers' activity in a window of `days`, a row each."""

    active: NDArray[np.uint64]
    begun: Ints
    """First active day."""
    last: Ints
    """Last active day."""
    suspended: NDArray[np.bool_]
    days: int

    def at(self, rows: Ints) -> "Lives":
        """Return some of the rows, in the order asked for."""
        return Lives(self.active[rows], self.begun[rows], self.last[rows], self.suspended[rows], self.days)


def lives_of(old: Columns, days: int) -> Lives:
    """Return what the columns tell of activity; a number without any counts as gone before the window."""
    lowest = old.active & (~old.active + np.uint64(1))
    return Lives(old.active, highest_bits(lowest), highest_bits(old.active), old.suspended, days)


def highest_bits(bits: NDArray[np.uint64]) -> Ints:
    """Return the place of the highest bit set; -1 where none is."""
    upper = (bits >> np.uint64(32)).astype(np.float64)
    lower = (bits & np.uint64(0xFFFFFFFF)).astype(np.float64)
    # frexp is exact on 32 bits, and would round 64.
    return np.where(upper > 0, np.frexp(upper)[1] + 32, np.frexp(lower)[1]).astype(np.int64) - 1


def relations(first: Ints, old: Lives, limits: Limits) -> Ints:
    """Return the `Relation` of each pair: new numbers begun on day `first`, and the old rows beside them.

    A silence is one where it is long enough in itself, or where so long a pause is unlike the number's own past.
    """
    rate = _rate_before(first, old)
    told = (first > 0) & (old.begun >= 0) & (old.begun < first)
    silence = old.days - 1 - old.last
    quiet = silent(silence, rate, limits)
    near = (old.last >= first - limits.gap_days_max) & (old.last <= first + limits.overlap_days_max)
    days_after = np.maximum(old.days - first, 1)
    share = np.bitwise_count(old.active >> _shift(first)) / days_after
    tellable = rate * days_after >= limits.silence_surprise_min
    falling = tellable & (share > 0) & (share <= limits.falling_share_max * rate)
    alive = tellable & (share > 0) & ~quiet & (days_after > limits.overlap_days_max)
    cases = [~told, old.suspended & near, quiet & near, quiet, falling, alive]
    kinds = [Relation.UNTOLD, Relation.SUSPENDED, Relation.SILENT, Relation.UNTOLD, Relation.FALLING, Relation.ALIVE]
    return np.select(cases, [int(kind) for kind in kinds], int(Relation.UNTOLD))


def silent(silence_days: Ints, rate: Floats, limits: Limits) -> NDArray[np.bool_]:
    """Tell whether so many days are a silence for a number in use on `rate` of its days."""
    unlike = (silence_days >= limits.silent_days_min) & (rate * silence_days >= limits.silence_surprise_min)
    return unlike | (silence_days >= limits.silent_days_enough)


def _rate_before(first: Ints, old: Lives) -> Floats:
    """Return on which share of its days before `first` the old number was in use."""
    before = old.active & ((np.uint64(1) << _shift(first)) - np.uint64(1))
    days = np.maximum(first - old.begun, 1)
    rate: Floats = np.bitwise_count(before) / days
    return rate


def _shift(first: Ints) -> NDArray[np.uint64]:
    return np.clip(first, 0, 63).astype(np.uint64)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Among how many old numbers a match was looked for: what chance would have to choose from."""

    gone_before: Ints
    """How many numbers that are silent or suspended were last active before each day; shape (days + 1)."""
    present: int
    """How many are neither."""

    def of(self, relation: Ints, first: Ints, last: Ints) -> Ints:
        """Return the rivals of each pair, itself included, by the days on which new began and old was last active.

        Of gone ones, those whose silence began at least as near to the new number's beginning, on either side: one
        that fell silent on the very day has few, one of weeks before has many.
        """
        gone = (relation == Relation.SILENT) | (relation == Relation.SUSPENDED)
        days = len(self.gone_before) - 1
        near = np.abs(last - first)
        end, begin = np.clip(first + near + 1, 0, days), np.clip(first - near, 0, days)
        return np.maximum(np.where(gone, self.gone_before[end] - self.gone_before[begin], self.present), 1)


def rivals_of(old: Lives, limits: Limits) -> Rivals:
    """Count the old numbers by what they might be to a new one."""
    rate = np.bitwise_count(old.active) / np.maximum(old.last - old.begun + 1, 1)
    gone = silent(old.days - 1 - old.last, rate, limits) | old.suspended
    ended = np.bincount(np.maximum(old.last[gone], 0), minlength=old.days)
    return Rivals(np.concatenate(([0], np.cumsum(ended))), int((~gone).sum()))
