"""Months and days are those of the operator's zone, whatever offset a time was told in."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import calendar
from shared.calendar import ZONE
from tests.support.builders import at
from tests.unit.strategies import MOMENTS

pytestmark = pytest.mark.unit

MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(2000, 2199), st.integers(1, 12))
MIDNIGHT = datetime(2026, 2, 28, 16, tzinfo=UTC)
"""In Shanghai the first of March begins."""


def test_a_day_begins_at_local_midnight() -> None:
    last = MIDNIGHT - timedelta(microseconds=1)
    assert calendar.local_date(last) == date(2026, 2, 28)
    assert calendar.local_date(MIDNIGHT) == date(2026, 3, 1)
    assert (calendar.month_of(last), calendar.month_of(MIDNIGHT)) == ("2026-02", "2026-03")


def test_a_year_ends_at_local_midnight() -> None:
    assert calendar.month_of(datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)) == "2025-12"
    assert calendar.month_of(datetime(2025, 12, 31, 16, tzinfo=UTC)) == "2026-01"


@pytest.mark.parametrize(
    ("month", "count", "before"),
    [
        ("2026-03", 0, "2026-03"),
        ("2026-03", 3, "2025-12"),
        ("2026-01", 1, "2025-12"),
        ("2025-12", -1, "2026-01"),
        ("2026-12", 12, "2025-12"),
        ("2026-06", -30, "2028-12"),
    ],
)
def test_months_are_counted_across_years(month: str, count: int, before: str) -> None:
    assert calendar.months_before(month, count) == before
    assert calendar.months_between(before, month) == count


@given(MONTHS)
def test_a_month_is_all_moments_between_its_bounds(month: str) -> None:
    first, following = calendar.month_bounds(month)
    assert (first.astimezone(ZONE).day, first.astimezone(ZONE).time()) == (1, time())
    assert calendar.month_of(first) == month == calendar.month_of(following - timedelta(microseconds=1))
    assert calendar.month_of(following) == calendar.months_before(month, -1)


def test_a_leap_february_has_29_days() -> None:
    first, following = calendar.month_bounds("2028-02")
    assert (following - first).days == 29


@given(MOMENTS)
def test_a_moment_lies_within_its_own_day_and_month(moment: datetime) -> None:
    day = calendar.local_date(moment)
    assert calendar.start_of(day) <= moment < calendar.start_of(day + timedelta(days=1))
    first, following = calendar.month_bounds(calendar.month_of(moment))
    assert first <= moment < following


def test_days_follow_each_other() -> None:
    assert list(calendar.days(date(2026, 2, 27), 3)) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert list(calendar.days(date(2026, 2, 27), 0)) == []


def test_a_local_moment_is_told_with_its_offset() -> None:
    assert calendar.local_moment(date(2026, 3, 5), time(10)) == at("2026-03-05 10:00")
    assert calendar.local_moment(date(2026, 3, 5), time(10)).isoformat() == "2026-03-05T10:00:00+08:00"
