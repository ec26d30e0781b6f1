"""Rivals' campaigns: where and when they run, what they make likely, and that they make haste."""

from datetime import date

import pytest
from msgspec import structs

from services.warning.domain.campaigns import Campaign, running
from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.domain.subscriber import Profile
from shared.events.warning_raised import WarningFacts
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from tests.support.builders import REGION, at, fresh
from tests.unit.warning.holders import HOLDER
from tests.unit.warning.rules.test_rival_hotline import call

pytestmark = pytest.mark.unit

HANDSETS = Campaign(
    campaign_id="k1",
    operator="china_mobile",
    region="150000.150100",
    kind="handset",
    first_day=date(2026, 3, 1),
    last_day=date(2026, 3, 31),
)


@pytest.mark.parametrize(
    ("region", "day", "runs"),
    [
        (REGION, date(2026, 3, 1), True),
        (REGION, date(2026, 3, 31), True),
        (REGION, date(2026, 2, 28), False),
        (REGION, date(2026, 4, 1), False),
        ("150000.150200.150202", date(2026, 3, 5), False),
        ("150000", date(2026, 3, 5), False),
    ],
)
def test_a_campaign_runs_in_its_region_on_its_days(region: str, day: date, runs: bool) -> None:
    assert running([HANDSETS], region, day) == ([HANDSETS] if runs else [])


def warned(*campaigns: Campaign, **weights: object) -> WarningFacts:
    """Return the warning of a first call to a rival's hotline on the fifth of March, which alone is level 1."""
    fields = PolicyVersion(
        name="warning.reasons",
        version=1,
        scope=EVERYWHERE,
        effective_from=at("2026-01-01 00:00"),
        fields=weights,
    )
    knowledge = Knowledge(all_rules(), PolicyBook((fields,)), {}, campaigns)
    (said,) = decide(knowledge, Memory(HOLDER, Profile(), {}), structs.replace(call(0), id=fresh("call"))).events
    assert isinstance(said, WarningFacts)
    return said


def test_a_campaign_makes_its_reason_likeliest_and_the_warning_more_urgent() -> None:
    without, during = warned(), warned(HANDSETS)
    assert (without.level, without.reasons[0].reason) == (1, "competitor_tariff")
    assert (during.level, during.reasons[0].reason) == (2, "competitor_handset")
    assert during.reasons[0].because == ("rule.rival_hotline", "campaign.handset")
    assert during.evidence == without.evidence | {"competitor_campaigns": ["k1"]}


def test_what_a_campaign_does_to_the_level_is_policy() -> None:
    assert warned(HANDSETS, campaign_raises_level=False).level == 1


def test_a_campaign_that_speaks_for_another_reason_makes_no_haste() -> None:
    poaching = structs.replace(HANDSETS, kind="poaching")
    assert warned(poaching, points={"campaign.poaching": {"competitor_poaching": 1}}).level == 1


def test_nothing_is_more_urgent_than_now() -> None:
    again = [structs.replace(HANDSETS, campaign_id=f"k{place}") for place in range(3)]
    assert warned(*again).level == 2
