"""Facts of a window are counted, the same moment once, and what was said is not said again too soon."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.recurrence import TIMES_MAX, Recurrence, seen, told, worth_telling
from tests.support.builders import at

pytestmark = pytest.mark.unit

NOON = at("2026-03-05 12:00")
WINDOW = timedelta(hours=10)
HOURS = st.lists(st.integers(0, 40), min_size=1, max_size=30)


def counted(hours: list[int]) -> list[int]:
    """Return how many lie within the window at each fact."""
    memory, counts = Recurrence(), []
    for hour in hours:
        memory, count = seen(memory, NOON + timedelta(hours=hour), WINDOW)
        counts.append(count)
    return counts


@given(HOURS.map(sorted))
def test_in_order_the_count_is_of_distinct_moments_within_the_window(hours: list[int]) -> None:
    expected = [len({h for h in hours[: n + 1] if hour - 10 < h <= hour}) for n, hour in enumerate(hours)]
    assert counted(hours) == expected


@given(HOURS)
def test_in_any_order_nothing_is_counted_that_did_not_happen(hours: list[int]) -> None:
    for place, (hour, count) in enumerate(zip(hours, counted(hours), strict=True)):
        assert 1 <= count <= len({h for h in hours[: place + 1] if hour - 10 < h <= hour})


@given(HOURS)
def test_memory_holds_the_window_of_the_newest_only(hours: list[int]) -> None:
    memory = Recurrence()
    for hour in hours:
        memory, _ = seen(memory, NOON + timedelta(hours=hour), WINDOW)
    assert list(memory.times) == sorted(memory.times)
    assert all(max(memory.times) - time < WINDOW for time in memory.times)


def test_memory_is_bounded_however_often_it_happens() -> None:
    memory = Recurrence()
    for minute in range(3 * TIMES_MAX):
        memory, count = seen(memory, NOON + timedelta(minutes=minute), timedelta(days=30))
    assert (len(memory.times), count) == (TIMES_MAX, TIMES_MAX)


@pytest.mark.parametrize(
    ("level", "at_", "news"),
    [
        (1, NOON, False),
        (2, NOON, True),
        (1, NOON + WINDOW, False),
        (1, NOON + WINDOW + timedelta(seconds=1), True),
        (2, NOON - WINDOW, True),
        (1, NOON - WINDOW, False),
    ],
)
def test_a_level_is_news_when_higher_or_after_the_cooldown(level: int, at_: datetime, news: bool) -> None:
    assert worth_telling(told(Recurrence(), 1, NOON), level, at_, WINDOW) is news


def test_the_first_is_always_news() -> None:
    assert worth_telling(Recurrence(), 1, NOON, WINDOW)
