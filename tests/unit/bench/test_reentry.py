"""A simulated population has what its plan says, and re-entries are found among numbers of any density."""

from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from msgspec import structs

from bench.reentry import kept
from bench.reentry.population import Plan, simulated
from bench.reentry.real import as_they_stand, split_dates, summed
from bench.reentry.scale import measured, quality
from bench.reentry.splits import Call, a_few, everyone, second_numbers

pytestmark = pytest.mark.unit

SMALL = Plan(new=60, old=1_500)
FIRST, DAYS = date(2026, 1, 5), 84


def test_the_same_plan_makes_the_same_population() -> None:
    one, other = simulated(SMALL), simulated(SMALL)
    assert np.array_equal(one.both.old.circle.index, other.both.old.circle.index)
    assert np.array_equal(one.both.new.active, other.both.new.active)


def test_a_population_has_what_its_plan_says() -> None:
    made = simulated(SMALL)
    assert (len(made.both.new), len(made.both.old)) == (60, 1_500)
    assert ((made.old_of >= 0) & ~made.second).sum() == 30
    assert made.second.sum() == 12
    for circle in (made.both.new.circle, made.both.old.circle):
        same_row = np.diff(circle.rows()) == 0
        assert (np.diff(circle.index)[same_row] > 0).all()


@pytest.mark.parametrize(("degree", "community"), [(6.0, 30), (20.0, 30), (20.0, 120), (50.0, 120)])
def test_at_any_density_few_are_wrong_and_most_who_came_back_are_found(degree: float, community: int) -> None:
    told = measured(Plan(new=300, old=6_000, degree=degree, community=community))
    assert told.churn_hidden_as_growth.precision >= 0.95
    assert told.churn_hidden_as_growth.recall >= 0.6
    assert told.second_number.precision >= 0.9


def test_a_number_is_held_against_a_share_of_the_others_that_shrinks() -> None:
    small, large = measured(SMALL), measured(structs.replace(SMALL, new=240, old=6_000))
    assert large.pairs_share_of_all < small.pairs_share_of_all / 2


def test_of_nothing_told_nothing_is_wrong() -> None:
    assert (quality(0, 0, 4).precision, quality(0, 0, 4).recall, quality(0, 0, 0).recall) == (1.0, 0.0, 1.0)


def village() -> list[Call]:
    """Return the calls of forty persons who each call six of sixty numbers on two days in three."""
    luck = Random(3)
    circles = {f"+86199{person:08d}": luck.sample(range(60), 6) for person in range(40)}
    return [
        Call(who, f"+86188{luck.choice(circle):08d}", FIRST + timedelta(day), 60)
        for who, circle in circles.items()
        for day in range(DAYS)
        for _ in range(2)
        if luck.random() < 0.66
    ]


def test_a_few_who_change_number_within_days_are_found_as_the_records_stand() -> None:
    luck, when = Random(5), FIRST + timedelta(50)
    relabelled = a_few(village(), when, luck)
    told = {each.new: each.old for each in as_they_stand(relabelled.calls) if each.kind == "churn_hidden_as_growth"}
    assert told == relabelled.old_of


def test_split_dates_are_mondays_with_weeks_on_both_sides() -> None:
    dates = split_dates(village())
    assert [day.weekday() for day in dates] == [0] * len(dates)
    assert (dates[0], dates[-1]) == (FIRST + timedelta(28), FIRST + timedelta(63))


def test_who_is_relabelled_calls_on_under_the_new_number() -> None:
    calls, when = village(), FIRST + timedelta(42)
    after = everyone(calls, when, Random(0))
    assert [call.who == other.who for call, other in zip(calls, after.calls, strict=True)] == [
        call.day < when for call in calls
    ]
    seconds = second_numbers(calls, when, Random(0))
    assert {call.who for call in seconds.calls} == {call.who for call in calls} | seconds.new


@pytest.mark.parametrize("protocol", ["everyone", "a_quarter", "second_numbers"])
def test_in_a_village_that_calls_daily_most_are_found(protocol: str) -> None:
    told = summed(village(), split_dates(village())[:2], protocol)
    assert told.quality.precision >= 0.95
    assert told.quality.recall >= 0.8


def test_from_days_as_they_are_kept_the_same_customers_are_found() -> None:
    told = kept.run(Plan(new=60, old=1_500, degree=8, community=30))
    assert told.come_back.precision > 0.9
    assert told.come_back.recall > 0.3
    assert 20 < told.bytes_a_number_day < 200
    assert told.bytes_a_number * (told.new + told.old) == pytest.approx(
        told.bytes_a_number_day * told.number_days, 0.01
    )
