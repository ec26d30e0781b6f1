"""W3: service is stopped for arrears, one way first, then both."""

import pytest

from shared.events.suspension_changed import SuspensionChanged
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, at, fresh

pytestmark = pytest.mark.replay


def arrears(kind: str, action: str, when: str) -> SuspensionChanged:
    """Return a suspension for arrears, or its end."""
    told = {"id": fresh("suspension"), "occurred_at": at(when), "kind": f"arrears_{kind}", "action": action}
    return SuspensionChanged(msisdn=NUMBER, **told)  # type: ignore[arg-type]


def test_one_way_and_two_way_are_told_apart_and_payment_ends_both() -> None:
    story = given(*spender())
    story.when(arrears("one_way", "suspended", "2026-01-20 00:05"))
    story.then_warned("arrears_suspension", 2, kind="arrears_one_way")
    story.when(arrears("two_way", "suspended", "2026-02-01 00:05"))
    story.then_warned("arrears_suspension", 3, kind="arrears_two_way")
    story.when(arrears("two_way", "resumed", "2026-02-03 09:00")).then_cleared("arrears_suspension")
