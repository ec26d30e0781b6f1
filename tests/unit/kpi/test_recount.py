"""A recount of the archive gives what was counted live, and every difference is told."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kpi.domain.measure import Cell
from services.kpi.stream.recount import Difference, differences, recounted
from shared.policy import PolicyBook
from shared.topic import Event
from tests.support.builders import REGION, customer, subscription
from tests.unit.kpi.counting import counted
from tests.unit.kpi.facts import NOON, closed, contact, saved, settled
from tests.unit.kpi.measures.test_saved import passed

pytestmark = pytest.mark.unit

FACTS: tuple[Event, ...] = (
    settled(),
    saved("w1"),
    contact(),
    contact(outcome="refused"),
    closed(),
    settled(warning_id="w2", state="held_out"),
    saved("w3", subscription_id="s3"),
    subscription(subscription_id="s3", ended_at=NOON + timedelta(days=3)),
    customer(),
)
LAST = date(2026, 6, 1)
LIVE = {
    (measure, cell): value
    for measure, cells in counted([*FACTS, passed(LAST)]).items()
    for cell, value in cells.items()
}


@settings(max_examples=20)
@given(st.permutations(FACTS))
def test_the_archive_in_any_order_counts_as_it_was_counted_live(order: list[Event]) -> None:
    assert recounted(order, PolicyBook(), LAST) == LIVE


def test_days_that_were_not_swept_yet_are_not_counted() -> None:
    due = (NOON + timedelta(days=30)).date()
    assert ("saved", Cell("2026-03", REGION, "anna")) in recounted(FACTS, PolicyBook(), due)
    for swept in (None, due - timedelta(days=1)):
        assert "saved" not in {measure for measure, _ in recounted(FACTS, PolicyBook(), swept)}


def test_customers_are_counted_apart() -> None:
    facts = [settled(customer_id=f"c{number}", warning_id=f"w{number}") for number in range(3)]
    Random(7).shuffle(facts)
    cell = Cell("2026-03", REGION)
    assert recounted(facts, PolicyBook(), None) == {("warned", cell): 3, ("warned_customers", cell): 3}


def test_every_difference_is_told() -> None:
    cell, other = Cell("2026-03", REGION), Cell("2026-04", REGION)
    kept = {("warned", cell): 3, ("worked", cell): 1, ("saved", cell): 2}
    afresh = {("warned", cell): 3, ("worked", cell): 2, ("saved", other): 2}
    assert differences(kept, afresh) == [
        Difference("saved", cell, 2, 0),
        Difference("saved", other, 0, 2),
        Difference("worked", cell, 1, 2),
    ]
    assert differences(kept, kept) == []
