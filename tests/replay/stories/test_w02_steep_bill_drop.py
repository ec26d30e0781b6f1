"""W2: the bill falls steeply against the mean of the months before, from a base that is worth it."""

import pytest

from tests.replay.stories.story import given, set_to, spender
from tests.support.builders import bill, customer, subscription

pytestmark = pytest.mark.replay


def test_a_fall_by_the_share_of_policy_is_in_and_one_fen_less_is_not() -> None:
    given(*spender(200)).when(bill("2026-01", 140)).then_warned("steep_bill_drop", 2, baseline_fen=20_000)
    given(*spender(200)).when(bill("2026-01", 140.01)).then_silent()


def test_half_or_more_is_for_today() -> None:
    given(*spender(200)).when(bill("2026-01", 100)).then_warned("steep_bill_drop", 3)


def test_a_base_below_the_smallest_says_nothing() -> None:
    given(*spender(49.99)).when(bill("2026-01", 1)).then_silent()


def test_a_corrected_bill_takes_the_warning_back() -> None:
    story = given(*spender(200)).when(bill("2026-01", 20)).then_warned("steep_bill_drop", 3)
    story.when(bill("2026-01", 200, version=2)).then_cleared("steep_bill_drop")


def test_a_part_month_is_no_fall_unless_policy_counts_it() -> None:
    part = bill("2026-01", 20, part_month=True)
    given(*spender(200)).when(part).then_silent()
    counted = set_to("warning.steep_bill_drop", part_months_count=True)
    given(*spender(200), policy=[counted]).when(part).then_warned("steep_bill_drop", 3)


def test_the_baseline_is_as_many_months_as_policy_says() -> None:
    known = (customer(), subscription(), bill("2025-10", 300), bill("2025-11", 300), bill("2025-12", 100))
    given(*known).when(bill("2026-01", 100)).then_warned("steep_bill_drop", 3)
    one_month = set_to("warning.steep_bill_drop", baseline_months=1)
    given(*known, policy=[one_month]).when(bill("2026-01", 100)).then_silent()
