"""W6: a warning about the old number, once for a new one; a second number is no reason to call."""

from datetime import date
from typing import Any

import pytest
from msgspec import convert

from services.warning.domain.reentry.limits import Limits
from services.warning.domain.rule import Clearing, Finding, Heard, Level
from services.warning.domain.rules.reentry_number import RULE, TOLD_KEPT, Memory, step
from shared.events.reentry_found import Likeness, ReentryFound, ReentryKind
from tests.support.builders import NUMBER, at

pytestmark = pytest.mark.unit

NEW = "+8619910000001"
EVIDENCE = {name: value for name, value in RULE.example.items() if name not in ("kind", "new_msisdn")}


def found(kind: ReentryKind = "churn_hidden_as_growth", new: str = NEW, **evidence: Any) -> Heard[ReentryFound]:
    """Return what a day's search tells of NUMBER."""
    return Heard(
        ReentryFound(
            id=f"{kind} {new}",
            occurred_at=at("2026-04-20 00:00"),
            msisdn=NUMBER,
            kind=kind,
            new_msisdn=new,
            began_on=date(2026, 4, 1),
            evidence=convert(EVIDENCE | evidence, Likeness),
        )
    )


def test_given_a_circle_that_was_taken_over_when_the_old_number_is_silent_then_act() -> None:
    memory, (finding,) = step(RULE.fresh, found(), Limits())
    assert finding == Finding(
        occasion=f"{NEW}:2026-04-01",
        level=Level.ACT,
        evidence={"kind": "churn_hidden_as_growth", "new_msisdn": NEW, **EVIDENCE},
    )
    assert memory == Memory(told=(NEW,))


def test_given_a_pair_that_was_said_when_it_is_found_again_then_nothing_is_said() -> None:
    once, _ = step(RULE.fresh, found(), Limits())
    assert step(once, found(), Limits()) == (once, ())


def test_given_two_new_numbers_of_one_customer_then_both_are_said() -> None:
    once, _ = step(RULE.fresh, found(), Limits())
    twice, (finding,) = step(once, found(new="+8619910000002"), Limits())
    assert isinstance(finding, Finding)
    assert twice.told == (NEW, "+8619910000002")


def test_a_second_number_is_no_warning() -> None:
    assert step(RULE.fresh, found("second_number"), Limits()) == (RULE.fresh, ())


def test_given_a_warning_when_both_turn_out_to_be_in_use_then_it_no_longer_holds() -> None:
    once, _ = step(RULE.fresh, found(), Limits())
    assert step(once, found("second_number"), Limits()) == (Memory(), (Clearing(f"in use again beside {NEW}"),))


@pytest.mark.parametrize(("score", "said"), [(0.7, True), (0.6999, False)])
def test_a_countys_policy_may_ask_for_more(score: float, said: bool) -> None:
    _, outcomes = step(RULE.fresh, found(score=score), Limits(score_min=0.7))
    assert bool(outcomes) is said


def test_no_memory_grows_without_end() -> None:
    memory = RULE.fresh
    for place in range(TOLD_KEPT + 3):
        memory, _ = step(memory, found(new=f"+86199100000{place:02d}"), Limits())
    assert len(memory.told) == TOLD_KEPT


def test_what_is_told_is_what_the_search_explains() -> None:
    zh, en = RULE.explain({"kind": "churn_hidden_as_growth", **EVIDENCE})
    assert ("8个共同联系人" in zh, "8 peers in common" in en) == (True, True)
