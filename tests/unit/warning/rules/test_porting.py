"""The enquiry and the application are each a warning; the same step again is not for three days."""

from datetime import timedelta

import pytest

from services.warning.domain.rule import Finding, Level
from services.warning.domain.rules.porting import RULE, Limits
from shared.events.porting_progressed import PortingProgressed, PortingStep
from tests.support.builders import NUMBER, at
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

TEN = at("2026-03-05 10:00")
FIRES = Level.ACT_NOW


def porting(step: PortingStep, hours: float = 0) -> PortingProgressed:
    """Return a step, so many hours after ten o'clock."""
    when = TEN + timedelta(hours=hours)
    return PortingProgressed(id=f"{step}-{hours}", occurred_at=when, msisdn=NUMBER, step=step, to_operator="x")


def test_the_enquiry_is_the_last_moment_to_speak() -> None:
    evidence = {"step": "enquiry", "to_operator": "x", "at": "2026-03-05T10:00:00+08:00"}
    assert findings(RULE, [porting("enquiry")]) == [Finding(occasion="enquiry-0", level=FIRES, evidence=evidence)]
    assert RULE.explain(evidence)[0] == "客户于2026-03-05 10:00查询携号转网资格（CXXZ）"
    assert "no retention" in RULE.explain(evidence | {"step": "application"})[1]


def test_the_race_is_run_for_a_day() -> None:
    assert RULE.limits.actionable_hours == 24


@pytest.mark.parametrize(("hours", "again"), [(0, None), (71.99, None), (72, FIRES), (100, FIRES)])
def test_the_same_step_is_said_again_after_three_days_and_not_before(hours: float, again: Level | None) -> None:
    assert levels(RULE, [porting("enquiry"), porting("enquiry", hours)]) == [FIRES, again]
    assert levels(RULE, [porting("application"), porting("application", hours)]) == [FIRES, again]


def test_how_soon_is_policy() -> None:
    facts = [porting("enquiry"), porting("enquiry", 1)]
    assert levels(RULE, facts, Limits(repeat_hours=1)) == [FIRES, FIRES]


def test_an_application_after_an_enquiry_is_news_at_once() -> None:
    assert levels(RULE, [porting("enquiry"), porting("application", 0.5)]) == [FIRES, FIRES]


def test_an_enquiry_after_an_application_is_no_news() -> None:
    assert levels(RULE, [porting("application"), porting("enquiry", 1)]) == [FIRES, None]


@pytest.mark.parametrize("end", ["lapsed", "ported_out"])
def test_its_end_clears_it_and_a_new_enquiry_is_news(end: PortingStep) -> None:
    facts = [porting("enquiry"), porting(end, 1), porting("enquiry", 2)]
    assert levels(RULE, facts) == [FIRES, "cleared", FIRES]


@pytest.mark.parametrize("end", ["lapsed", "ported_out"])
def test_an_end_of_nothing_clears_nothing(end: PortingStep) -> None:
    assert levels(RULE, [porting(end)]) == [None]


def test_the_code_is_a_step_between_and_says_nothing() -> None:
    assert levels(RULE, [porting("code_issued"), porting("enquiry", 1), porting("code_issued", 2)]) == [
        None,
        FIRES,
        None,
    ]
