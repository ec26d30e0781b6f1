"""What last month's failed contacts were put down to makes a reason likelier that something else speaks for (W18)."""

from datetime import datetime, timedelta

import pytest
from msgspec import structs

from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.domain.factors import Factor, learned, month_learned_from, regions_around
from services.warning.domain.subscriber import Profile
from shared.events.warning_raised import LikelyReason, WarningFacts
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from tests.support.builders import REGION, at, fresh
from tests.unit.warning.holders import HOLDER
from tests.unit.warning.rules.test_rival_hotline import call

pytestmark = pytest.mark.unit

CITY = REGION.rpartition(".")[0]
MARCH = at("2026-03-05 12:00")


def factor(reason: str, share: float, region: str = REGION, month: str = "2026-02", failures: int = 20) -> Factor:
    """Return a reason's part in February."""
    count = round(share * failures)
    return Factor(month=month, region=region, reason=reason, count=count, failures=failures, share=share)


HANDSETS = factor("competitor_handset", 0.4)


@pytest.mark.parametrize(
    ("when", "month"),
    [
        ("2026-03-31 23:59", "2026-02"),
        ("2026-03-02 00:00", "2026-02"),
        ("2026-03-01 23:59", "2026-01"),
        ("2026-01-15 00:00", "2025-12"),
    ],
)
def test_a_months_factors_count_from_the_second_day_after_it_to_the_first_of_the_month_after_the_next(
    when: str, month: str
) -> None:
    assert month_learned_from(at(when)) == month


def test_the_narrowest_region_with_enough_failures_is_asked() -> None:
    few, many = factor("network_quality", 0.5, failures=9), factor("competitor_handset", 0.5, CITY)
    assert learned([few, many], REGION, MARCH, 10) == [many]
    assert learned([few, many], REGION, MARCH, 9) == [few]
    assert learned([few], REGION, MARCH, 10) == ()
    assert regions_around(REGION) == [REGION, CITY, "150000"]


def test_another_month_and_another_region_teach_nothing() -> None:
    elsewhere = [factor("competitor_handset", 0.4, "150000.150200"), factor("competitor_handset", 0.4, month="2026-01")]
    assert learned(elsewhere, REGION, MARCH, 1) == ()


def warned(*factors: Factor, when: datetime = MARCH, **weights: object) -> WarningFacts:
    """Return the warning of a call to a rival's hotline, which speaks for tariffs by three and handsets by one."""
    policy = PolicyVersion(
        name="warning.reasons", version=1, scope=EVERYWHERE, effective_from=at("2026-01-01 00:00"), fields=weights
    )
    knowledge = Knowledge(all_rules(), PolicyBook((policy,)), {}, factors=factors)
    event = structs.replace(call(0), id=fresh("call"), occurred_at=when)
    (said,) = decide(knowledge, Memory(HOLDER, Profile(), {}), event).events
    assert isinstance(said, WarningFacts)
    return said


def weight(said: WarningFacts, reason: str) -> tuple[int, tuple[str, ...]]:
    """Return the points of a reason and what gave them; 0: it is not among the likely ones."""
    return next(((each.weight, each.because) for each in said.reasons if each.reason == reason), (0, ()))


def test_given_many_who_left_for_a_reason_then_it_is_likelier_and_the_evidence_says_why() -> None:
    without, taught = warned(), warned(HANDSETS, factor("other", 0.6))
    (points, because), (more, why) = (weight(said, "competitor_handset") for said in (without, taught))
    assert (more, why) == (points + 1, (*because, "failures.competitor_handset"))
    shares = {"competitor_handset": 0.4, "other": 0.6}
    factors = {"month": "2026-02", "region": REGION, "failures": 20, "shares": shares}
    assert taught.evidence == {**without.evidence, "failure_factors": factors}
    assert taught.level == without.level


def test_what_others_left_for_is_no_evidence_of_its_own() -> None:
    assert warned(factor("network_quality", 0.9)).reasons == warned().reasons


@pytest.mark.parametrize(("share", "counts"), [(0.3, True), (0.2999, False)])
def test_a_reason_counts_from_its_share_on(share: float, counts: bool) -> None:
    said = warned(factor("competitor_handset", share))
    assert ("failures.competitor_handset" in weight(said, "competitor_handset")[1]) is counts


def test_a_fact_of_the_first_day_of_a_month_goes_by_the_month_before_the_last() -> None:
    first = MARCH - timedelta(days=4)
    assert first == at("2026-03-01 12:00")
    assert warned(HANDSETS, when=first).reasons == warned(when=first).reasons


def test_its_points_are_policy() -> None:
    points = {"rule.rival_hotline": {"competitor_tariff": 1, "competitor_handset": 1}}
    said = warned(HANDSETS, points=points | {"failures.competitor_handset": {"competitor_handset": 4}})
    assert said.reasons[0] == LikelyReason(
        reason="competitor_handset", weight=5, because=("rule.rival_hotline", "failures.competitor_handset")
    )


def test_too_few_failures_say_nothing() -> None:
    said = warned(structs.replace(HANDSETS, failures=9))
    assert (said.reasons, said.evidence) == (warned().reasons, warned().evidence)
