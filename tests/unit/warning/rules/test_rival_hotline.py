"""Calls to a rival's hotline: the first is a warning, more within thirty days raise its level; none is said twice."""

from datetime import timedelta

import pytest

from services.warning.domain.rule import Finding, Level
from services.warning.domain.rules.rival_hotline import RULE, Limits
from shared.events.signal_heard import SignalHeard
from tests.support.builders import NUMBER, at
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

TEN = at("2026-03-05 10:00")
WATCH, ACT, ACT_NOW = Level.WATCH, Level.ACT, Level.ACT_NOW


def call(days: float) -> SignalHeard:
    """Return a call, so many days after the first."""
    when = TEN + timedelta(days=days)
    return SignalHeard(
        id=f"call-{days}",
        occurred_at=when,
        msisdn=NUMBER,
        kind="rival_hotline",
        peer="10086",
        operator="china_mobile",
        duration_s=61,
    )


def calls(*days: float) -> list[Level | str | None]:
    """Return what is said at each call."""
    return levels(RULE, [call(day) for day in days])


def test_the_first_call_is_worth_watching() -> None:
    evidence = {
        "operator": "china_mobile",
        "hotline": "10086",
        "calls": 1,
        "window_days": 30,
        "calls_to_act": 2,
        "calls_to_act_now": 4,
        "duration_s": 61,
    }
    assert findings(RULE, [call(0)]) == [Finding(occasion="call-0", level=WATCH, evidence=evidence)]
    assert RULE.explain(evidence) == (
        "30天内1次拨打10086（其他运营商客服）",
        "Called 10086, a hotline of china_mobile, 1 times within 30 days",
    )


def test_the_second_and_the_fourth_call_raise_the_level_and_others_say_nothing() -> None:
    assert calls(0, 1, 2, 3, 4, 5) == [WATCH, ACT, None, ACT_NOW, None, None]


@pytest.mark.parametrize(("days", "second"), [(29.99, ACT), (30, None), (30.01, WATCH)])
def test_a_call_leaves_the_window_after_thirty_days(days: float, second: Level | None) -> None:
    """At exactly thirty days the first call is outside the window, and what was said of it is not said again yet."""
    assert calls(0, days) == [WATCH, second]


@pytest.mark.parametrize(("days", "again"), [(30, None), (30.001, ACT)])
def test_a_level_is_said_again_after_the_cooldown_and_not_before(days: float, again: Level | None) -> None:
    assert calls(0, 1, 1 + days - 0.5, 1 + days)[1:] == [ACT, None, again]


def test_a_late_call_counts_in_the_window_that_ends_with_it_and_in_those_after() -> None:
    assert calls(10, 9, 11) == [WATCH, None, ACT]
    assert calls(40, 0, 41) == [WATCH, None, ACT]


def test_the_same_moment_told_twice_counts_once() -> None:
    assert calls(0, 0, 1) == [WATCH, None, ACT]


def test_thresholds_are_policy() -> None:
    facts = [call(day) for day in range(3)]
    assert levels(RULE, facts, Limits(calls_to_act=1, calls_to_act_now=2)) == [ACT, ACT_NOW, None]
    assert levels(RULE, facts, Limits(window_days=1)) == [WATCH, None, None]


def test_a_forwarded_leg_is_another_rules_business() -> None:
    leg = SignalHeard(
        id="leg",
        occurred_at=TEN,
        msisdn=NUMBER,
        kind="rival_forwarded_leg",
        peer="+8613800138000",
        operator="china_mobile",
        duration_s=1,
    )
    assert levels(RULE, [leg, call(1)]) == [None, WATCH]
