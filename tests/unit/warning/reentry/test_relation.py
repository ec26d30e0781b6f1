"""What became of the old number is told from its days: silent, suspended, falling, alive, or too early to tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.relation import Lives, Relation, relations, rivals_of

pytestmark = pytest.mark.unit

DAYS, FIRST = 60, 30


def lives(*days: set[int], suspended: bool = False) -> Lives:
    """Return numbers active on such days."""
    bits = np.array([sum(1 << day for day in each) for each in days], np.uint64)
    begun, last = (np.array([of(each, default=-1) for each in days]) for of in (min, max))
    return Lives(bits, begun, last, np.full(len(days), suspended), DAYS)


def told(days: set[int], suspended: bool = False, first: int = FIRST) -> Relation:
    """Return what became of a number active on such days."""
    return Relation(int(relations(np.array([first]), lives(days, suspended=suspended), Limits())[0]))


@pytest.mark.parametrize(
    ("days", "relation"),
    [
        (set(range(FIRST)), Relation.SILENT),
        (set(range(FIRST + 14)), Relation.SILENT),
        (set(range(FIRST + 16)), Relation.UNTOLD),  # used too long beside the new one, and silent since
        (set(range(60)), Relation.ALIVE),
        (set(range(0, 60, 3)), Relation.ALIVE),
        (set(range(FIRST)) | {40, 58}, Relation.FALLING),
        ({0}, Relation.SILENT),  # just within thirty days
        (set(range(FIRST, 60)), Relation.UNTOLD),  # not there before
        (set(), Relation.UNTOLD),
    ],
)
def test_the_days_tell(days: set[int], relation: Relation) -> None:
    assert told(days) == relation


def test_who_was_gone_a_month_before_is_untold() -> None:
    assert told({0}, first=31) == Relation.UNTOLD


def test_a_silence_is_held_against_the_numbers_own_pauses() -> None:
    assert told(set(range(57)), first=50) == Relation.SILENT
    assert told(set(range(58)), first=50) == Relation.UNTOLD  # two days are no silence
    assert told(set(range(0, 57, 4)), first=50) == Relation.UNTOLD  # such pauses it has made all along


def test_suspended_counts_without_any_silence() -> None:
    assert told(set(range(60)), suspended=True, first=50) == Relation.SUSPENDED


def test_both_in_use_is_too_early_to_tell_for_a_fortnight() -> None:
    assert (told(set(range(60)), first=46), told(set(range(60)), first=45)) == (Relation.UNTOLD, Relation.ALIVE)


def test_of_those_gone_only_the_ones_gone_as_near_are_rivals() -> None:
    old = lives(*({0, last} for last in (5, 25, 28, 29, 31, 40, 59)))
    rivals = rivals_of(old, Limits())

    def of(last: int) -> int:
        return int(rivals.of(np.array([Relation.SILENT]), np.array([FIRST]), np.array([last]))[0])

    assert [of(last) for last in (5, 25, 28, 29, 31, 40)] == [6, 4, 3, 2, 2, 5]
    assert int(rivals.of(np.array([Relation.ALIVE]), np.array([FIRST]), np.array([59]))[0]) == 1


@given(st.lists(st.sets(st.integers(0, 59), min_size=1), min_size=1, max_size=20))
def test_who_is_matched_is_among_its_rivals(days: list[set[int]]) -> None:
    old, first = lives(*days), np.full(len(days), FIRST)
    relation = relations(first, old, Limits())
    rivals = rivals_of(old, Limits()).of(relation, first, old.last)
    assert ((rivals >= 1) & (rivals <= len(days))).all()
