"""How good a feed was on a day, against its own past and its records' numbers."""

from datetime import date, timedelta

import pytest

from services.intake.domain.arrivals import step_of
from services.intake.domain.feeds import Feed, Limits, Past, Tally, compared, quality
from shared.calendar import days
from tests.support.builders import at

pytestmark = pytest.mark.unit

DAY = date(2026, 3, 5)
"""A Thursday."""
PLAIN = Limits()
TOPIC = "service.suspension.v1"


def steady(count: int = 60, a_day: int = 10) -> dict[date, list[int]]:
    """Return `count` days before the day at hand, each with so many records an hour."""
    return {each: [a_day] * 24 for each in days(DAY - timedelta(days=count), count)}


def feed(past: Past, last: str = "2026-03-05 23:59") -> Feed:
    """Return a feed."""
    return Feed(topic=TOPIC, past=past, last_arrived_at=at(last))


def judged(past: Past, tally: Tally, now: str = "2026-03-07 00:00", limits: Limits = PLAIN, last: str = "") -> dict:  # type: ignore[type-arg]
    """Return the quality of the day as its fields."""
    found = quality(feed(past, last or now), DAY, tally, at(now), limits)
    return {name: getattr(found, name) for name in found.__struct_fields__}


def test_a_day_like_its_weekdays_is_complete_and_one_with_half_of_it_is_half() -> None:
    past = steady()
    assert judged(past | {DAY: [10] * 24}, Tally(arrived=240))["completeness"] == 1.0
    half = judged(past | {DAY: [5] * 24}, Tally(arrived=120))
    assert (half["expected"], half["expected_by"], half["completeness"]) == (240, "weekday", 0.5)


def test_a_weekend_is_compared_with_weekends() -> None:
    past = {each: [10 if each.weekday() < 5 else 1] * 24 for each in days(DAY - timedelta(days=60), 60)}
    saturday = DAY + timedelta(days=2)
    past[saturday] = [1] * 24
    found = quality(feed(past), saturday, Tally(arrived=24), at("2026-03-09 00:00"), PLAIN)
    assert (found.expected, found.completeness) == (24, 1.0)


def test_today_only_the_hours_that_are_over_count() -> None:
    past = steady() | {DAY: [10] * 9 + [0] * 15}
    found = judged(past, Tally(arrived=90), now="2026-03-05 12:30")
    assert (found["expected"], found["completeness"]) == (100, 0.9), "ten hours are over, by a patience of two"


def test_a_feed_of_once_a_month_is_compared_with_the_same_days_of_months() -> None:
    bills = {
        date(2025, 12, 5): [500] + [0] * 23,
        date(2026, 1, 5): [300] + [0] * 23,
        date(2026, 2, 5): [400] + [0] * 23,
    }
    assert compared(bills, DAY) == ([date(2026, 2, 5), date(2026, 1, 5), date(2025, 12, 5)], "month_day")
    found = judged(bills | {DAY: [100] + [0] * 23}, Tally(arrived=100))
    assert (found["expected"], found["expected_by"], found["completeness"]) == (400, "month_day", 0.25)
    assert judged(bills, Tally())["silent_s"] == 0.0


def test_nothing_is_expected_of_a_young_or_a_small_feed() -> None:
    for past in (steady(13), steady(a_day=0), {each: [0] * 23 + [19] for each in steady()}):
        found = judged(past, Tally())
        assert (found["expected"], found["completeness"], found["silent_s"]) == (None, None, 0.0)


def test_gaps_in_numbers_are_missing_records_and_a_new_count_is_none() -> None:
    found = judged({}, Tally(arrived=90, numbered=90, gaps=(7, 3, 100_000)))
    assert (found["missing"], found["jumps"], found["completeness"]) == (10, 1, 0.9)
    whole = judged({}, Tally(arrived=90, numbered=90, gaps=()))
    assert (whole["missing"], whole["completeness"]) == (0, 1.0)


def test_the_worse_of_numbers_and_past_counts() -> None:
    tail_lost = judged(steady() | {DAY: [10] * 12 + [0] * 12}, Tally(arrived=120, numbered=120, gaps=()))
    assert tail_lost["completeness"] == 0.5, "no gap shows what is missing at the end"


@pytest.mark.parametrize(
    ("last", "now", "silent_h"),
    [
        ("2026-03-05 09:59", "2026-03-05 11:30", 0),
        ("2026-03-05 09:59", "2026-03-05 13:59", 0),
        ("2026-03-05 09:59", "2026-03-05 14:00", 4),
        ("2026-03-04 22:59", "2026-03-05 03:00", 4),
        ("2026-01-20 10:00", "2026-03-05 10:00", 44 * 24),
    ],
)
def test_a_feed_is_silent_when_its_past_lets_expect_twenty_records_since(last: str, now: str, silent_h: float) -> None:
    silent_s = judged(steady(), Tally(), now=now, last=last)["silent_s"]
    assert silent_s // 3_600 == silent_h


def test_a_feed_that_comes_in_files_is_given_its_patience() -> None:
    slow = Limits(patience_hours_of={TOPIC: 8})
    assert judged(steady(), Tally(), now="2026-03-05 16:00", last="2026-03-05 09:59", limits=slow)["silent_s"] == 0.0
    assert judged(steady(), Tally(), now="2026-03-05 20:00", last="2026-03-05 09:59", limits=slow)["silent_s"] > 0


def test_a_night_in_which_nothing_ever_comes_is_no_silence() -> None:
    office = {each: [0] * 8 + [30] * 10 + [0] * 6 for each in steady()}
    assert judged(office, Tally(), now="2026-03-05 08:00", last="2026-03-04 17:59")["silent_s"] == 0.0
    assert judged(office, Tally(), now="2026-03-05 11:00", last="2026-03-04 17:59")["silent_s"] > 0


def test_delays_are_told_by_quantiles_and_never_above_the_longest() -> None:
    delays = {step_of(1): 90, step_of(60): 9, step_of(5_000): 1}
    found = judged({}, Tally(arrived=100, delays=delays, delay_s_max=5_000))
    assert found["delay_s_p50"] == pytest.approx(1, rel=0.19)
    assert found["delay_s_p95"] == pytest.approx(60, rel=0.19)
    assert found["delay_s_max"] == 5_000
    assert judged({}, Tally(arrived=1, delays={step_of(61): 1}, delay_s_max=61.0))["delay_s_p95"] == 61.0


def test_shares_are_of_what_was_looked_at_and_of_all_that_came() -> None:
    found = judged({}, Tally(arrived=90, looked_at=6, repeated=3, refused=10))
    assert (found["repeated_share"], found["refused_share"]) == (0.5, 0.1)
    empty = judged({}, Tally())
    assert (empty["repeated_share"], empty["refused_share"], empty["delay_s_p50"]) == (None, None, None)
