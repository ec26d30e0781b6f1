"""Calendar months and days in the operator's zone: bills, caps and success rates are counted by them."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
KEPT = 4_096
"""Months and days come again and again: so many answers are kept."""


def local_date(moment: datetime) -> date:
    """Return the calendar day of `moment` in the operator's zone."""
    return moment.astimezone(ZONE).date()


def month_of(moment: datetime) -> str:
    """Return the calendar month of `moment`, `2026-03`."""
    return local_date(moment).strftime("%Y-%m")


@lru_cache(KEPT)
def months_before(month: str, count: int) -> str:
    """Return the month `count` months before `month` (after it, where `count` is negative)."""
    year, number = divmod(_ordinal(month) - count, 12)
    return f"{year:04d}-{number + 1:02d}"


def months_between(earlier: str, later: str) -> int:
    """Return how many months lie from `earlier` to `later`; negative where they stand the other way."""
    return _ordinal(later) - _ordinal(earlier)


@lru_cache(KEPT)
def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return the local midnights at which `month` begins and the next one does."""
    first, following = (date(int(m[:4]), int(m[5:]), 1) for m in (month, months_before(month, -1)))
    return start_of(first), start_of(following)


def start_of_month(month: str) -> datetime:
    """Return the local midnight at which `month` begins."""
    return month_bounds(month)[0]


def months_later(day: date, count: int) -> date:
    """Return the day `count` months after `day`; the last of a shorter month where it has no such day."""
    month = months_before(day.strftime("%Y-%m"), -count)
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, min(day.day, monthrange(year, number)[1]))


def days_before(day: date, count: int) -> date:
    """Return the day `count` days before `day`."""
    return day - timedelta(days=count)


def local_moment(day: date, at: time) -> datetime:
    """Return `at` on `day` in the operator's zone."""
    return datetime.combine(day, at, tzinfo=ZONE)


@lru_cache(KEPT)
def start_of(day: date) -> datetime:
    """Return local midnight of `day`."""
    return local_moment(day, time())


def days(first: date, count: int) -> Iterator[date]:
    """Yield `count` days from `first` on."""
    return (first + timedelta(days=offset) for offset in range(count))


def _ordinal(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1
