"""W1: the customer has the service stopped."""

import pytest

from shared.events.suspension_changed import SuspensionChanged
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, at, fresh

pytestmark = pytest.mark.replay


def voluntary(action: str, when: str) -> SuspensionChanged:
    """Return a suspension that the customer asked for, or its end."""
    told = {"id": fresh("suspension"), "occurred_at": at(when), "kind": "voluntary", "action": action}
    return SuspensionChanged(msisdn=NUMBER, **told)  # type: ignore[arg-type]


def test_a_customer_who_stops_the_service_is_warned_of_at_once_and_no_more_once_it_is_back() -> None:
    story = given(*spender())
    story.when(voluntary("suspended", "2026-01-05 10:00")).then_warned("voluntary_suspension", 3)
    story.when(voluntary("suspended", "2026-01-06 10:00")).then_silent()
    story.when(voluntary("resumed", "2026-01-08 10:00")).then_cleared("voluntary_suspension")
    story.when(voluntary("suspended", "2026-02-05 10:00")).then_warned("voluntary_suspension", 3)
