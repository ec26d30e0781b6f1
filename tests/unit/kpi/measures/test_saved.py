"""A save counts when its period is over and the subscription is still held; one that ended within takes it back."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kpi.domain.catalogue import all_measures
from services.kpi.domain.count import count, due_on
from services.kpi.domain.measure import Cell
from services.kpi.domain.measures.saved import MEASURE, Limits, Memory
from shared.calendar import start_of
from shared.events.day_passed import DayPassed
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.topic import Event
from tests.support.builders import REGION, at, subscription
from tests.unit.kpi.counting import Cells, counted
from tests.unit.kpi.facts import NOON, saved, settled

pytestmark = pytest.mark.unit

ANNA = Cell("2026-03", REGION, "anna")
DUE = NOON + timedelta(days=30)
LAST = date(2027, 1, 1)
"""After all periods."""


def passed(day: date) -> DayPassed:
    """Return that a day passed."""
    return DayPassed(id=f"day-{day}", occurred_at=start_of(day + timedelta(days=1)), day=day)


def ended(when: datetime | None, subscription_id: str = "s1") -> SubscriptionRecorded:
    """Return that a subscription ended, or goes on where `when` is None."""
    return subscription(subscription_id=subscription_id, ended_at=when)


def saves(*events: Event, policy: PolicyBook | None = None) -> Cells:
    """Return the saves that were counted."""
    return counted(events, policy)["saved"]


def test_a_save_counts_on_the_day_on_which_its_period_ends_and_not_before() -> None:
    assert saves(saved("w1"), passed(DUE.date() - timedelta(days=1))) == {}
    assert saves(saved("w1"), passed(DUE.date())) == {ANNA: 1}


def test_it_counts_once_however_many_days_pass() -> None:
    assert saves(saved("w1"), passed(DUE.date()), passed(DUE.date()), passed(LAST)) == {ANNA: 1}


@pytest.mark.parametrize(("ended_at", "cells"), [(DUE, {}), (NOON, {}), (DUE + timedelta(seconds=1), {ANNA: 1})])
def test_a_subscription_that_ends_within_the_period_is_no_save(ended_at: datetime, cells: Cells) -> None:
    """However late the CRM tells it."""
    assert saves(saved("w1"), ended(ended_at), passed(LAST)) == cells
    assert saves(saved("w1"), passed(LAST), ended(ended_at)) == cells
    assert saves(ended(ended_at), saved("w1"), passed(LAST)) == cells


def test_it_is_taken_back_once() -> None:
    assert saves(saved("w1"), passed(LAST), ended(NOON), ended(NOON), passed(LAST)) == {}


def test_another_subscriptions_end_does_not_matter() -> None:
    assert saves(saved("w1"), ended(NOON, "s2"), passed(LAST)) == {ANNA: 1}


def test_a_record_of_a_subscription_that_goes_on_does_not_matter() -> None:
    assert saves(saved("w1"), ended(None), passed(LAST)) == {ANNA: 1}


@pytest.mark.parametrize("outcome", ["considering", "refused", "left", "wrong_number", None])
def test_only_retained_customers_are_saves(outcome: str | None) -> None:
    assert saves(saved("w1", outcome=outcome), passed(LAST)) == {}


def test_a_warning_that_nobody_worked_is_no_save() -> None:
    assert saves(settled(state="cleared", previous="open"), passed(LAST)) == {}


def test_it_counts_in_the_month_of_its_warning_and_under_whoever_worked_it() -> None:
    late = saved("w1", raised_at=at("2026-02-28 23:59"), staff_id="bert")
    assert saves(late, passed(LAST)) == {Cell("2026-02", REGION, "bert"): 1}


def test_how_long_they_must_stay_is_policy() -> None:
    version = PolicyVersion(
        name="kpi.saved", version=1, scope=EVERYWHERE, effective_from=at("2026-01-01 00:00"), fields={"period_days": 7}
    )
    assert saves(saved("w1"), passed(date(2026, 3, 12)), policy=PolicyBook((version,))) == {ANNA: 1}


def test_its_memory_says_which_day_it_waits_for() -> None:
    memory, _ = MEASURE.step(Memory(), saved("w1", NOON + timedelta(days=2)), Limits())
    memory, _ = MEASURE.step(memory, saved("w2"), Limits())
    assert MEASURE.due(memory) == DUE.date()
    memory, _ = MEASURE.step(memory, passed(DUE.date()), Limits())
    assert MEASURE.due(memory) == DUE.date() + timedelta(days=2)
    memory, _ = MEASURE.step(memory, ended(NOON), Limits())
    assert MEASURE.due(memory) is None


DAYS = st.integers(0, 90).map(lambda days: NOON + timedelta(days=days))
SAVES = st.lists(st.tuples(DAYS, st.sampled_from(["s1", "s2"])), max_size=6)
ENDS = st.fixed_dictionaries({}, optional={"s1": DAYS, "s2": DAYS})


@given(SAVES, ENDS, st.randoms(use_true_random=False))
def test_facts_in_any_order_among_the_days_add_up_to_the_same(
    told: list[tuple[datetime, str]], ends: dict[str, datetime], luck: Random
) -> None:
    facts: list[Event] = [saved(f"w{n}", when, subscription_id=which) for n, (when, which) in enumerate(told)]
    facts += [ended(when, which) for which, when in ends.items()]
    days: list[Event] = [passed(NOON.date() + timedelta(days=each)) for each in range(0, 140, 10)]
    expected: Cells = {}
    for when, which in told:
        if which not in ends or ends[which] > when + timedelta(days=30):
            cell = Cell(when.strftime("%Y-%m"), REGION, "anna")
            expected[cell] = expected.get(cell, 0) + 1
    luck.shuffle(facts)
    places = sorted(luck.randint(0, len(days)) for _ in facts)
    for fact, place in reversed(list(zip(facts, places, strict=True))):
        days.insert(place, fact)
    assert saves(*days, passed(LAST)) == expected


def test_the_shell_learns_the_first_day_that_any_measure_waits_for() -> None:
    memory = count(all_measures(), PolicyBook(), {}, saved("w1")).memory
    assert due_on(all_measures(), memory) == DUE.date()
    assert due_on(all_measures(), {}) is None
