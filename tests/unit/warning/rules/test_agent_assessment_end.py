"""The end of an agent's assessment: said once, some days before, for numbers that an agent brought and that live."""

from datetime import date
from typing import Any

import pytest

from services.warning.domain.rule import Level
from services.warning.domain.rules.agent_assessment_end import RULE, Limits
from shared.events.subscription_recorded import SubscriptionRecorded
from tests.support.builders import at, subscription
from tests.unit.warning.rules.living import lived

pytestmark = pytest.mark.unit

LATER = date(2026, 12, 31)


def brought(agent: str | None = "agent-07", recorded: str = "2026-01-31", **fields: Any) -> SubscriptionRecorded:
    """Return a number activated on the last of January."""
    when = at(f"{recorded} 10:00")
    return subscription(agent_id=agent, occurred_at=when, activated_at=at("2026-01-31 09:00"), **fields)


def test_the_end_is_said_fifteen_days_ahead_once() -> None:
    assert lived(RULE, [brought(), brought(recorded="2026-07-20")], LATER) == [(date(2026, 7, 16), Level.WATCH)]


def test_months_are_calendar_months_also_where_the_day_is_missing() -> None:
    # Six months and 15 days before the end would be the 16th of July; one month after the 31st is the 28th of February.
    assert lived(RULE, [brought()], LATER, Limits(assessment_months=1)) == [(date(2026, 2, 13), Level.WATCH)]


def test_an_agent_with_another_contract_has_another_day() -> None:
    limits = Limits(months_by_agent={"agent-07": 3})
    assert lived(RULE, [brought()], LATER, limits) == [(date(2026, 4, 15), Level.WATCH)]
    assert lived(RULE, [brought("agent-08")], LATER, limits) == [(date(2026, 7, 16), Level.WATCH)]


def test_numbers_of_our_own_halls_and_numbers_that_have_ended_say_nothing() -> None:
    assert lived(RULE, [brought(None)], LATER) == []
    assert lived(RULE, [brought(), brought(recorded="2026-05-01", ended_at=at("2026-05-01 09:00"))], LATER) == []


def test_a_period_that_was_over_before_it_was_told_is_no_news() -> None:
    assert lived(RULE, [brought(recorded="2026-09-01")], LATER) == []


def test_the_last_day_is_the_last_on_which_it_is_said() -> None:
    assert lived(RULE, [brought(recorded="2026-07-31")], LATER) == [(date(2026, 7, 31), Level.WATCH)]
