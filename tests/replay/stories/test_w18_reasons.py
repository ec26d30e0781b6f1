"""W18: the likely reason, with the observations that speak for it."""

import pytest

from shared.events.bill_issued import BillLines
from shared.events.failure_factor import FailureFactor
from tests.replay.stories.story import given, set_to
from tests.support.builders import REGION, at, bill, customer, forwarding, fresh, subscription

pytestmark = pytest.mark.replay
WHEN = at("2026-03-05 10:00")
CHARGED = BillLines(package_fee_fen=8_000, value_added_fee_fen=4_000)
KNOWN = (customer(), subscription(), bill("2026-02", 120, lines=CHARGED))


def test_many_charges_by_service_providers_are_the_likeliest_reason_and_say_so() -> None:
    (said,) = given(*KNOWN).when(forwarding(WHEN)).warnings()
    assert said.reasons[0].reason == "arbitrary_sp_charges"
    assert "bill.value_added_high" in said.reasons[0].because


def test_what_an_observation_weighs_is_policy() -> None:
    weights = set_to("warning.reasons", points={"rule.rival_forwarding": {"competitor_poaching": 9}})
    (said,) = given(*KNOWN, policy=[weights]).when(forwarding(WHEN)).warnings()
    assert (said.reasons[0].reason, said.reasons[0].weight) == ("competitor_poaching", 9)


def test_what_last_month_s_failed_contacts_were_put_down_to_makes_a_reason_likelier() -> None:
    lost_to_sp = FailureFactor(
        id=fresh("factor"),
        occurred_at=at("2026-03-01 00:00"),
        month="2026-02",
        region=REGION,
        reason="arbitrary_sp_charges",
        count=8,
        failures=20,
        share=0.4,
    )
    (before,) = given(*KNOWN).when(forwarding(WHEN)).warnings()
    (after,) = given(*KNOWN, lost_to_sp).when(forwarding(WHEN)).warnings()
    assert after.reasons[0].weight == before.reasons[0].weight + 1
    assert after.reasons[0].because == (*before.reasons[0].because, "failures.arbitrary_sp_charges")
    assert after.evidence["failure_factors"]["shares"] == {"arbitrary_sp_charges": 0.4}
