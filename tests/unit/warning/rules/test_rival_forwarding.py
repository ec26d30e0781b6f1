"""Calls that run on to a rival: the set-up is a warning, so is the first leg, and the third; removal clears."""

from datetime import timedelta

import pytest
from msgspec import structs

from services.warning.domain.rule import Clearing, Finding, Level, Peer
from services.warning.domain.rules.rival_forwarding import RULE, Limits
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.signal_heard import SignalHeard
from tests.support.builders import NUMBER, RIVAL_NUMBER, at, forwarding
from tests.unit.warning.rules.walking import OWN, RIVAL, findings, levels, outcomes

pytestmark = pytest.mark.unit

TEN = at("2026-03-05 10:00")
ACT, ACT_NOW = Level.ACT, Level.ACT_NOW
SET_UP = (forwarding(TEN), RIVAL)


def leg(days: float) -> SignalHeard:
    """Return a call leg that ran on to a rival, so many days after ten o'clock."""
    return SignalHeard(
        id=f"leg-{days}",
        occurred_at=TEN + timedelta(days=days),
        msisdn=NUMBER,
        kind="rival_forwarded_leg",
        peer=RIVAL_NUMBER,
        operator="china_mobile",
        duration_s=40,
    )


def later(days: int, to: str | None, peer: Peer = RIVAL) -> tuple[ForwardingChanged, Peer]:
    """Return a change some days later."""
    return forwarding(TEN + timedelta(days=days), to=to), peer


def test_a_set_up_with_a_rivals_number_fires_at_once() -> None:
    evidence = {"way": "set_up", "operator": "china_mobile", "service": "unconditional", "legs": 0}
    assert findings(RULE, [SET_UP]) == [Finding(occasion=SET_UP[0].id, level=ACT_NOW, evidence=evidence)]
    assert RULE.explain(evidence)[0] == "设置了呼转到其他运营商（china_mobile）"


@pytest.mark.parametrize("service", ["busy", "no_reply", "not_reachable"])
def test_a_forwarding_under_a_condition_is_less_urgent(service: str) -> None:
    event = structs.replace(SET_UP[0], service=service)
    assert levels(RULE, [(event, RIVAL)]) == [ACT]


def test_a_forwarding_to_our_own_number_or_to_nobody_known_says_nothing() -> None:
    assert levels(RULE, [(SET_UP[0], OWN), SET_UP[0]]) == [None, None]


def test_the_same_number_set_again_says_nothing_and_another_rivals_does() -> None:
    facts = [SET_UP, later(1, RIVAL_NUMBER), later(2, "+8613000000002")]
    assert levels(RULE, facts) == [ACT_NOW, None, ACT_NOW]


@pytest.mark.parametrize("end", [later(1, None), later(1, NUMBER, OWN)])
def test_it_clears_when_calls_no_longer_run_on_to_a_rival(end: tuple[ForwardingChanged, Peer]) -> None:
    facts = [SET_UP, end, end, later(2, RIVAL_NUMBER)]
    assert levels(RULE, facts) == [ACT_NOW, "cleared", None, ACT_NOW]
    assert outcomes(RULE, facts)[1] == [Clearing("forwarding to a rival removed")]


def test_the_first_leg_fires_and_the_third_is_urgent() -> None:
    facts = [leg(day) for day in range(5)]
    assert levels(RULE, facts) == [ACT, None, ACT_NOW, None, None]
    third = findings(RULE, facts)[1].evidence
    assert (third["legs"], third["legs_to_act_now"], third["window_days"]) == (3, 3, 30)
    assert RULE.explain(third)[0] == "30天内3次来电呼转到其他运营商（china_mobile）"


@pytest.mark.parametrize(("days", "third"), [(29.99, ACT_NOW), (30, None)])
def test_legs_leave_the_window_after_thirty_days(days: float, third: Level | None) -> None:
    assert levels(RULE, [leg(0), leg(1), leg(days)]) == [ACT, None, third]


@pytest.mark.parametrize(("days", "again"), [(30, None), (30.001, ACT)])
def test_a_leg_is_said_again_after_the_cooldown_and_not_before(days: float, again: Level | None) -> None:
    assert levels(RULE, [leg(0), leg(days)]) == [ACT, again]


def test_thresholds_are_policy() -> None:
    assert levels(RULE, [leg(0), leg(1)], Limits(legs_to_act_now=2)) == [ACT, ACT_NOW]


def test_a_set_up_and_its_legs_are_each_worth_a_word() -> None:
    assert levels(RULE, [SET_UP, leg(1), leg(2), leg(3), later(4, None)]) == [ACT_NOW, ACT, None, ACT_NOW, "cleared"]


def test_a_hotline_call_is_another_rules_business() -> None:
    assert levels(RULE, [structs.replace(leg(0), kind="rival_hotline"), leg(1)]) == [None, ACT]
