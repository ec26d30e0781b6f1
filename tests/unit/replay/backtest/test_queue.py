"""The work items of a trial: opened, joined, overdue, and closed by whoever called then."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from replay.backtest.queue import Queue
from services.intake.domain.days import day_passed
from shared.events.contact_reported import ContactReported
from shared.events.porting_progressed import PortingProgressed
from shared.policy import PolicyBook
from shared.topic import Event
from tests.support.builders import NUMBER, REGION, at, fresh
from tests.unit.dispatch.desks import NOBODY_HELD_OUT
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.unit

FIFTH, FOURTEENTH = at("2026-03-05 12:00"), at("2026-03-14 12:00")


def opened(*events: Event) -> list[date]:
    """Return the days on which items were opened for one customer."""
    queue = Queue(PolicyBook((NOBODY_HELD_OUT,)))
    for event in events:
        queue.hear("c1", event, event.occurred_at)
    assert {(county, tier) for county, _, tier in queue.opened} <= {(REGION, "phone_manager")}
    return sorted(day for _, day, _ in queue.opened.elements())


def contact(when: datetime) -> ContactReported:
    """Return a call in which the customer was reached, about some item."""
    told: dict[str, Any] = {"staff_id": "anna", "attempt": 1, "outcome": "retained", "judged_reason": None}
    about: dict[str, Any] = {"customer_id": "c1", "subscription_id": "s1", "msisdn": NUMBER, "region": REGION}
    rest: dict[str, Any] = {"means": (), "offers": (), "next_step": None, "next_on": None}
    return ContactReported(id=fresh("call"), occurred_at=when, work_item_id="i", reached=True, **told, **about, **rest)


def porting(step: Any, when: datetime) -> PortingProgressed:
    """Return a step of the number's porting."""
    return PortingProgressed(id=fresh("porting"), occurred_at=when, msisdn=NUMBER, step=step)


def test_a_second_warning_joins_the_open_item() -> None:
    assert opened(warning(FIFTH), warning(FIFTH + timedelta(days=1), rule_id="porting")) == [FIFTH.date()]


def test_an_item_that_nobody_called_about_makes_way_for_the_next() -> None:
    days = [day_passed(date(2026, 3, 5) + timedelta(days=count)) for count in range(9)]
    assert opened(warning(FIFTH), *days, warning(FOURTEENTH)) == [FIFTH.date(), FOURTEENTH.date()]


def test_whoever_called_then_closed_what_was_open_and_was_not_to_be_called_again() -> None:
    called = contact(FIFTH + timedelta(hours=1))
    soon, later = (warning(FIFTH + timedelta(days=number), rule_id="porting") for number in (3, 9))
    assert opened(warning(FIFTH), called, soon, later) == [FIFTH.date(), FOURTEENTH.date()]
    assert opened(called, soon) == [date(2026, 3, 8)]


def test_nobody_is_called_while_a_number_is_applied_for() -> None:
    applied = porting("application", FIFTH - timedelta(hours=1))
    lapsed = porting("lapsed", FIFTH + timedelta(hours=1))
    assert opened(applied, warning(FIFTH)) == []
    assert opened(applied, lapsed, warning(FOURTEENTH)) == [FOURTEENTH.date()]
    assert opened(lapsed, warning(FOURTEENTH)) == [FOURTEENTH.date()]
