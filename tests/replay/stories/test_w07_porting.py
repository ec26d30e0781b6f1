"""W7: the number is on its way to another operator: enquiry, application, lapse, gone."""

import pytest

from shared.events.porting_progressed import PortingProgressed
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, at, fresh

pytestmark = pytest.mark.replay


def porting(step: str, when: str) -> PortingProgressed:
    """Return a step of porting."""
    told = {"id": fresh("porting"), "occurred_at": at(when), "step": step, "to_operator": "china_mobile"}
    return PortingProgressed(msisdn=NUMBER, **told)  # type: ignore[arg-type]


def test_the_enquiry_is_worked_the_application_ends_all_work_and_the_lapse_clears() -> None:
    story = given(*spender())
    story.when(porting("enquiry", "2026-01-05 10:00")).then_warned("porting", 3, step="enquiry")
    assert story.road.states() == {"open": 1}
    story.when(porting("application", "2026-01-05 15:00")).then_warned("porting", 3, step="application")
    assert "open" not in story.road.states()
    story.when(porting("lapsed", "2026-01-06 15:00")).then_cleared("porting")


def test_the_same_step_again_within_three_days_is_not_said_again() -> None:
    story = given(*spender()).when(porting("enquiry", "2026-01-05 10:00")).then_warned("porting", 3)
    story.when(porting("enquiry", "2026-01-06 10:00")).then_silent()
    story.when(porting("enquiry", "2026-01-12 10:00")).then_warned("porting", 3)
