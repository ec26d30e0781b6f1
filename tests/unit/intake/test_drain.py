"""When a stage is at rest, judged from what it tells of itself and from where its logs end."""

from typing import Any

import pytest
from aiokafka import TopicPartition

from services.intake.stream.drain import why_busy

pytestmark = pytest.mark.unit

BILLS = "billing.bill_issued.v1"
ENDS = {TopicPartition(BILLS, 0): 5, TopicPartition(BILLS, 1): 0}
AT_REST: dict[str, Any] = {"ready": True, "outbox": 0, "due": 0, "positions": {BILLS: {"0": 5, "1": 0}}}


def test_a_stage_that_has_decided_and_published_all_is_at_rest() -> None:
    assert why_busy(AT_REST, ENDS) is None


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"ready": False}, "not ready"),
        ({"outbox": 2}, "2 events unpublished, 0 days not swept"),
        ({"due": 1}, "0 events unpublished, 1 days not swept"),
        ({"positions": {BILLS: {"0": 4, "1": 0}}}, f"behind on {BILLS}/0"),
    ],
)
def test_a_stage_with_something_to_do_says_what(told: dict[str, Any], why: str) -> None:
    assert why_busy(AT_REST | told, ENDS) == why


def test_a_stage_that_got_its_partitions_after_the_ends_were_asked_for_is_not_at_rest() -> None:
    # A service that is still coming up: nobody had looked at the end of what it hears.
    assert why_busy(AT_REST, {}) == f"behind on {BILLS}/0"
