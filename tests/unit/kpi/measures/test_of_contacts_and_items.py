"""Contacts, claims and worked items count once, under whoever did them, in the month in which they did."""

import pytest

from services.kpi.domain.measure import Cell
from shared.events.contact_reported import Outcome
from tests.support.builders import REGION, at
from tests.unit.kpi.counting import counted
from tests.unit.kpi.facts import closed, contact

pytestmark = pytest.mark.unit

MARCH = Cell("2026-03", REGION, "anna")


def test_every_contact_counts_reached_or_not() -> None:
    told = counted([contact(), contact(outcome="refused"), contact(reached=False, outcome=None)])
    assert told["contacts"] == {MARCH: 3}


@pytest.mark.parametrize("outcome", ["considering", "refused", "left", "wrong_number", None])
def test_only_a_claim_that_the_customer_stays_is_retained(outcome: Outcome | None) -> None:
    assert counted([contact(), contact(outcome=outcome)])["retained"] == {MARCH: 1}


def test_a_failure_counts_under_the_reason_that_the_caller_judged() -> None:
    told = counted(
        [
            contact(outcome="refused", judged_reason="competitor_tariff"),
            contact(outcome="left", judged_reason="competitor_tariff"),
            contact(outcome="refused", judged_reason=None),
        ]
    )
    tariff, unknown = (Cell("2026-03", REGION, "anna", factor) for factor in ("competitor_tariff", "not_said"))
    assert told["failures"] == {tariff: 2, unknown: 1}


@pytest.mark.parametrize("outcome", ["retained", "considering", "wrong_number", None])
def test_no_other_outcome_is_a_failure(outcome: Outcome | None) -> None:
    assert counted([contact(outcome=outcome)])["failures"] == {}


@pytest.mark.parametrize("state", ["gated", "cleared", "capacity"])
def test_only_a_worked_item_is_worked(state: str) -> None:
    assert counted([closed(), closed(state=state, staff_id=None)])["worked"] == {MARCH: 1}


def test_a_month_ends_at_local_midnight() -> None:
    events = [contact(at("2026-03-31 23:59")), contact(at("2026-04-01 00:00")), closed(at("2026-04-01 00:00"))]
    april = Cell("2026-04", REGION, "anna")
    told = counted(events)
    assert (told["contacts"], told["worked"]) == ({MARCH: 1, april: 1}, {april: 1})


def test_each_person_and_county_has_a_cell_of_its_own() -> None:
    told = counted([contact(), contact(staff_id="bert"), contact(region="150000.150200.150203")])
    assert told["contacts"] == {
        MARCH: 1,
        Cell("2026-03", REGION, "bert"): 1,
        Cell("2026-03", "150000.150200.150203", "anna"): 1,
    }
