"""A customer on a list of the operator's own is found, once for each list and time."""

from datetime import date, timedelta

import pytest

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Heard, Level
from services.warning.domain.rules.operator_list import LISTS_KEPT, RULE, Limits, Listing, Memory
from shared.calendar import start_of
from shared.events.customer_listed import CustomerListed
from tests.support.builders import NUMBER, fresh
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

ACT = Level.ACT
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def listed(name: str = "三月名单", first: date = FIRST, last: date = LAST, reason: str = "到期") -> CustomerListed:
    """Return a line of a list."""
    at = start_of(first)
    told = {"list_name": name, "reason": reason, "first_day": first, "last_day": last}
    return CustomerListed(id=fresh("listed"), occurred_at=at, msisdn=NUMBER, **told)  # type: ignore[arg-type]


def came(day: date) -> DayCame:
    """Return that a day is over."""
    return DayCame(id=fresh("day"), occurred_at=start_of(day + timedelta(days=1)), msisdn=NUMBER, day=day)


def test_each_list_and_each_time_is_said_once() -> None:
    april = listed(first=date(2026, 4, 1), last=date(2026, 4, 30))
    facts = [listed(), listed(reason="另一个"), listed(last=LAST + timedelta(days=9)), listed("投诉"), april, listed()]
    assert levels(RULE, facts) == [ACT, None, None, ACT, ACT, None]


def test_it_is_cleared_when_the_last_list_is_over() -> None:
    short = listed("短", last=date(2026, 3, 10))
    assert levels(
        RULE, [listed(), short, came(date(2026, 3, 10)), came(date(2026, 3, 30)), came(LAST), came(LAST)]
    ) == [
        ACT,
        ACT,
        None,
        None,
        "cleared",
        None,
    ]


def test_a_list_that_is_told_again_with_another_end_ends_then() -> None:
    assert levels(RULE, [listed(), listed(last=date(2026, 3, 5)), came(date(2026, 3, 5))]) == [ACT, None, "cleared"]


def test_it_asks_for_the_day_on_which_a_list_ends() -> None:
    held = Memory(lists={"a": Listing(first_day=FIRST, last_day=LAST), "b": Listing(first_day=FIRST, last_day=FIRST)})
    assert RULE.due(held, RULE.limits) == FIRST
    assert RULE.due(Memory(), RULE.limits) is None


def test_of_many_lists_those_that_end_last_are_kept() -> None:
    memory = RULE.fresh
    for number in range(LISTS_KEPT + 3):
        memory, _ = RULE.step(memory, Heard(listed(f"l{number}", last=LAST + timedelta(days=number))), RULE.limits)
    assert len(memory.lists) == LISTS_KEPT
    assert "l2" not in memory.lists


def test_the_level_is_policy_and_it_is_explained() -> None:
    (finding,) = findings(RULE, [listed()], Limits(level=Level.ACT_NOW))
    assert finding.level == Level.ACT_NOW
    assert RULE.explain(finding.evidence) == (
        "列入名单“三月名单”（2026-03-01至2026-03-31）：到期",
        "On the list 三月名单, 2026-03-01 to 2026-03-31: 到期",
    )
    assert RULE.explain({**finding.evidence, "reason": ""})[1] == "On the list 三月名单, 2026-03-01 to 2026-03-31"
