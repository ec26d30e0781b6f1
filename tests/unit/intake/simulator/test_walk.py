"""Records of the past walked along: each on its own day, and how it ended stands in them."""

from datetime import date, timedelta

import pytest

from services.intake.domain.days import day_passed
from services.intake.domain.simulator.truth import Departure
from services.intake.domain.simulator.walk import DAYS_AFTER, NoRecordsError, Walk
from shared.events.region_defined import RegionDefined
from shared.topic import Event
from tests.support.builders import at, bill, customer, subscription

pytestmark = pytest.mark.unit

REGION = RegionDefined(
    id="r", occurred_at=at("2018-01-01 00:00"), adcode="990101", path="990000.990100.990101", name_zh="x", name_en="x"
)
WHO = customer(occurred_at=at("2018-03-05 10:00"))
HELD = subscription(occurred_at=at("2018-03-05 15:59"))
ENDED = subscription(occurred_at=at("2018-03-07 20:00"), ended_at=at("2018-03-07 20:00"))
BILL = bill("2018-02", 1, occurred_at=at("2018-03-05 16:00"))


def walked(*events: Event) -> list[tuple[list[Event], list[Event]]]:
    """Walk along `events`; return each day's records before and after people are called."""
    walk, found = Walk(events, seed=7), []
    while walk.scene.day < walk.scene.plan.days:
        found.append((list(walk.daytime()), list(walk.evening())))
        walk.scene.day += 1
    return found


def test_each_record_is_told_on_its_own_day_and_in_its_part_of_it() -> None:
    days = walked(ENDED, BILL, HELD, REGION, WHO)
    assert days[:3] == [([WHO, HELD], [BILL]), ([], []), ([], [ENDED])]
    assert len(days) == 3 + DAYS_AFTER
    assert all(day == ([], []) for day in days[3:])


def test_regions_are_no_records_of_a_day() -> None:
    walk = Walk([REGION, WHO], seed=7)
    assert list(walk.divisions()) == [REGION]
    assert walk.scene.plan.first_day == date(2018, 3, 5)
    assert list(walk.history()) == []


def test_each_day_begins_with_the_passing_of_the_one_before() -> None:
    walk = Walk([WHO], seed=7)
    assert list(walk.dawn()) == [day_passed(walk.scene.today - timedelta(days=1))]


def test_how_it_ended_stands_in_the_records_and_nobody_is_persuaded() -> None:
    walk = Walk([WHO, HELD, ENDED], seed=7)
    leaves = Departure(customer_id="c1", reason="other", leaves_on=date(2018, 3, 7), persuadable=False)
    assert (walk.truth("c1"), walk.truth("c2")) == (leaves, None)


def test_people_work_for_the_provinces_in_the_records() -> None:
    people = Walk([REGION, WHO], seed=7).people()
    assert {person.region for person in people} == {"990000"}
    assert Walk([WHO], seed=7).people() == []


@pytest.mark.parametrize("events", [[], [REGION]])
def test_there_must_be_something_to_walk_along(events: list[Event]) -> None:
    with pytest.raises(NoRecordsError):
        Walk(events, seed=7)
