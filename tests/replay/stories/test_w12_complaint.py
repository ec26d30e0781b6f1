"""W12: complaints, and dissatisfaction found on a return visit."""

import pytest

from shared.events.complaint_recorded import ComplaintRecorded
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, at, fresh

pytestmark = pytest.mark.replay


def complaint(complaint_id: str, state: str, when: str, kind: str = "marketing_policy") -> ComplaintRecorded:
    """Return a complaint as of a moment."""
    told = {"complaint_id": complaint_id, "complaint_class": kind, "state": state}
    return ComplaintRecorded(id=fresh("complaint"), occurred_at=at(when), msisdn=NUMBER, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["special_number", "handset_after_sales", "points_campaign", "marketing_policy"])
def test_each_of_the_four_classes_is_heard(kind: str) -> None:
    story = given(*spender()).when(complaint("t1", "received", "2026-01-05 10:00", kind))
    story.then_warned("complaint", 2, complaint_class=kind)


def test_the_second_within_a_month_is_urgent_and_content_clears() -> None:
    story = given(*spender()).when(complaint("t1", "received", "2026-01-05 10:00")).then_warned("complaint", 2)
    story.when(complaint("t1", "settled", "2026-01-07 10:00")).then_cleared("complaint")
    story.when(complaint("t2", "received", "2026-01-20 10:00")).then_warned("complaint", 3, complaints=2)


def test_closed_against_the_customer_s_mind_is_urgent() -> None:
    story = given(*spender(), complaint("t1", "received", "2026-01-05 10:00"))
    story.when(complaint("t1", "unsettled", "2026-01-09 10:00")).then_warned("complaint", 3, state="unsettled")
