"""The likely reason follows from what was observed, most points first; each point can be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule
from services.warning.domain.reasons import POINTS, Observation, Weights, likely_reasons
from services.warning.domain.subscriber import Billed, Profile
from shared.events.bill_issued import BillLines
from shared.events.warning_raised import LikelyReason

pytestmark = pytest.mark.unit


HOTLINE: Observation = ("rule.rival_hotline", {"competitor_tariff": 3, "competitor_handset": 1})


def billed(**months: BillLines) -> Profile:
    """Return a profile with these lines, by month."""
    return Profile({month: Billed(amount_fen=0, version=1, lines=lines) for month, lines in months.items()})


def points(profile: Profile, weights: Weights | None = None) -> dict[str, int]:
    """Return reasons and their points, when a rival's hotline was called."""
    return {each.reason: each.weight for each in likely_reasons(HOTLINE, profile, weights or Weights())}


def test_the_rule_speaks_for_reasons_by_itself() -> None:
    assert likely_reasons(HOTLINE, Profile(), Weights()) == (
        LikelyReason(reason="competitor_tariff", weight=3, because=("rule.rival_hotline",)),
        LikelyReason(reason="competitor_handset", weight=1, because=("rule.rival_hotline",)),
    )


def test_a_rule_that_says_nothing_of_reasons_speaks_for_none() -> None:
    assert likely_reasons(("rule.unheard_of", {}), Profile(), Weights()) == ()


def test_observations_add_up_and_each_is_named() -> None:
    over = billed(february=BillLines(package_fee_fen=100, data_fee_fen=100))
    first, *_ = likely_reasons(HOTLINE, over, Weights())
    because = ("rule.rival_hotline", "bill.over_package")
    assert first == LikelyReason(reason="competitor_tariff", weight=6, because=because)


@pytest.mark.parametrize(
    ("lines", "reason", "more"),
    [
        ({"package_fee_fen": 80, "value_added_fee_fen": 20}, "arbitrary_sp_charges", 4),
        ({"package_fee_fen": 81, "value_added_fee_fen": 20}, "arbitrary_sp_charges", 0),
        ({"package_fee_fen": 50, "voice_fee_fen": 20, "sms_fee_fen": 10, "data_fee_fen": 20}, "competitor_tariff", 3),
        ({"package_fee_fen": 51, "voice_fee_fen": 20, "sms_fee_fen": 10, "data_fee_fen": 20}, "competitor_tariff", 0),
        ({"local_minutes": 50, "long_distance_minutes": 20, "roaming_minutes": 30}, "work_environment", 2),
        ({"local_minutes": 51, "long_distance_minutes": 20, "roaming_minutes": 30}, "work_environment", 0),
        ({}, "arbitrary_sp_charges", 0),
    ],
)
def test_each_observation_counts_from_its_boundary_on(lines: dict[str, int], reason: str, more: int) -> None:
    observed = points(billed(february=BillLines(**lines)))
    assert observed.get(reason, 0) - points(Profile()).get(reason, 0) == more


def test_only_the_latest_bill_is_looked_at() -> None:
    old, new = BillLines(value_added_fee_fen=100), BillLines(package_fee_fen=100)
    assert "arbitrary_sp_charges" in points(billed(a_january=old))
    assert "arbitrary_sp_charges" not in points(billed(a_january=old, b_february=new))


def test_points_are_policy() -> None:
    weights = Weights(points={"rule.rival_hotline": {"network_quality": 9}})
    assert points(Profile(), weights) == {"network_quality": 9}


@given(
    st.sampled_from(all_rules()),
    st.fixed_dictionaries({name: st.integers(0, 100) for name in BillLines.__struct_fields__}),
)
def test_reasons_are_ranked_and_their_points_are_those_of_their_observations(
    rule: AnyRule, lines: dict[str, int]
) -> None:
    spoken = (f"rule.{rule.id}", rule.speaks_for)
    found = likely_reasons(spoken, billed(february=BillLines(**lines)), Weights())
    known = {spoken[0]: spoken[1], **POINTS}
    assert [each.weight for each in found] == sorted((each.weight for each in found), reverse=True)
    assert all(each.weight == sum(known[seen][each.reason] for seen in each.because) for each in found)


def test_every_rule_of_today_speaks_for_some_reason_but_those_that_know_of_none() -> None:
    """Forgetting to pay is no reason to leave, and a list has its reason in the operator's own words."""
    assert {rule.id for rule in all_rules() if not rule.speaks_for} == {"arrears_reminder", "operator_list"}
