"""W10: one of our numbers is dropped for a newer one of the same customer."""

import pytest

from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.suspension_changed import SuspensionChanged
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, at, customer, fresh, subscription

pytestmark = pytest.mark.replay
NEWER = "+8613300000009"


def newer(customer_id: str = "c1") -> SubscriptionRecorded:
    """Return a number that began in January."""
    began = {"activated_at": at("2026-01-10 09:00"), "occurred_at": at("2026-01-10 09:00")}
    return subscription(NEWER, customer_id, package="new_59", **began)


STOPPED = SuspensionChanged(
    id=fresh("suspension"), occurred_at=at("2026-01-20 10:00"), msisdn=NUMBER, kind="voluntary", action="suspended"
)


def test_a_new_number_and_the_old_one_stopped_is_a_switch() -> None:
    story = given(*spender(), newer()).when(STOPPED)
    said = {each.rule_id: each.evidence for each in story.warnings()}
    assert set(said) == {"voluntary_suspension", "internal_switch"}
    assert said["internal_switch"]["sibling_package"] == "new_59"


def test_somebody_else_s_new_number_is_none() -> None:
    given(*spender(), customer("c2"), newer("c2")).when(STOPPED).then_warned("voluntary_suspension", 3)


def test_a_new_number_beside_one_that_goes_on_is_a_second_one() -> None:
    given(*spender()).when(newer()).then_silent()
