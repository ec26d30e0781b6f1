"""W15: thresholds are data: dated, narrower regions winning, their version on each decision."""

import pytest

from tests.replay.stories.story import given, set_to, spender
from tests.support.builders import REGION, bill

pytestmark = pytest.mark.replay
RULE = "warning.steep_bill_drop"
CITY = REGION.rsplit(".", 1)[0]


def test_a_version_counts_from_its_moment_on_by_the_time_of_the_fact() -> None:
    strict = set_to(RULE, since="2026-03-01 00:00", fall_share_min=0.9)
    story = given(*spender(200), policy=[strict]).when(bill("2026-01", 130)).then_warned("steep_bill_drop", 2)
    assert [each.policy_version for each in story.warnings()] == [0]
    given(*spender(200), bill("2026-01", 200), policy=[strict]).when(bill("2026-02", 100)).then_silent()
    story = given(*spender(200), bill("2026-01", 200), policy=[strict]).when(bill("2026-02", 10))
    assert [each.policy_version for each in story.then_warned("steep_bill_drop", 3).warnings()] == [1]


def test_the_narrower_region_wins() -> None:
    province, city = set_to(RULE, fall_share_min=0.9), set_to(RULE, CITY, fall_share_min=0.1)
    given(*spender(200), policy=[province, city]).when(bill("2026-01", 180)).then_warned("steep_bill_drop", 2)
    given(*spender(200), policy=[province]).when(bill("2026-01", 180)).then_silent()
    elsewhere = set_to(RULE, "150000.150200", fall_share_min=0.1)
    given(*spender(200), policy=[elsewhere]).when(bill("2026-01", 180)).then_silent()
