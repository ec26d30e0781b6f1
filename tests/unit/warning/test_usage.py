"""The weekly look: the last seven days beside the mean of the whole weeks known before them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.usage import SETTLING, Day, Use, looked
from tests.support.builders import NUMBER, at

pytestmark = pytest.mark.unit

PASSED = date(2026, 3, 31)
THROUGH = PASSED - SETTLING


def day(back: int, contacts: int = 0, megabytes: int = 0) -> Day:
    """Return the day so long before the last one that is looked at."""
    return Day(day=THROUGH - timedelta(days=back), contacts=contacts, bytes=megabytes * 1_000_000)


def test_a_look_compares_the_last_week_with_a_weeks_mean_before() -> None:
    days = [day(0, 3, 10), day(6, 4), day(7, 8, 40), day(34, 4), day(35, 1_000)]
    look = looked(NUMBER, PASSED, (date(2025, 1, 1), THROUGH), days)
    assert (look.through, look.occurred_at, look.last_active_on) == (THROUGH, at("2026-04-01 00:00"), THROUGH)
    assert (look.weeks_before, look.recent, look.before) == (
        4,
        Use(contacts=7, megabytes=10),
        Use(contacts=3, megabytes=10),
    )


@pytest.mark.parametrize(("first", "weeks"), [(6, 0), (12, 0), (13, 1), (19, 1), (20, 2), (33, 3), (34, 4), (90, 4)])
def test_only_whole_weeks_are_a_baseline(first: int, weeks: int) -> None:
    begun = THROUGH - timedelta(days=first)
    assert looked(NUMBER, PASSED, (begun, THROUGH), []).weeks_before == weeks


def test_days_that_may_still_change_are_left_out() -> None:
    look = looked(NUMBER, PASSED, (date(2025, 1, 1), PASSED), [day(-1, 50)])
    assert look.recent == Use(contacts=0, megabytes=0)


@given(st.lists(st.integers(0, 60), unique=True), st.integers(0, 120))
def test_the_order_of_days_does_not_matter(backs: list[int], first: int) -> None:
    known = (THROUGH - timedelta(days=first), THROUGH)
    days = [day(back, back, back) for back in backs]
    assert looked(NUMBER, PASSED, known, days) == looked(NUMBER, PASSED, known, reversed(days))
