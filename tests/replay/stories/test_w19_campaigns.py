"""W19: a rival's campaign in the customer's region weighs on the reason and on the urgency."""

from datetime import date

import pytest

from shared.events.competitor_campaign import CompetitorCampaign
from tests.replay.stories.story import given, spender
from tests.support.builders import REGION, at, bill, fresh

pytestmark = pytest.mark.replay
CITY = REGION.rsplit(".", 1)[0]


def campaign(region: str, first_day: str = "2026-01-20", last_day: str = "2026-02-20") -> CompetitorCampaign:
    """Return a rival's cheaper tariff."""
    return CompetitorCampaign(
        id=fresh("campaign"),
        occurred_at=at("2026-01-15 09:00"),
        campaign_id="spring",
        operator="china_mobile",
        region=region,
        kind="tariff",
        first_day=date.fromisoformat(first_day),
        last_day=date.fromisoformat(last_day),
    )


def test_a_campaign_in_the_customer_s_city_makes_the_drop_more_urgent_and_says_so() -> None:
    story = given(*spender(200), campaign(CITY)).when(bill("2026-01", 130))
    story.then_warned("steep_bill_drop", 3, competitor_campaigns=["spring"])
    assert "campaign.tariff" in story.warnings()[0].reasons[0].because


@pytest.mark.parametrize(
    "other", [campaign("150000.150200"), campaign(CITY, last_day="2026-01-31"), campaign(CITY, "2026-02-10")]
)
def test_one_elsewhere_or_at_another_time_weighs_nothing(other: CompetitorCampaign) -> None:
    story = given(*spender(200), other).when(bill("2026-01", 130)).then_warned("steep_bill_drop", 2)
    assert "competitor_campaigns" not in story.warnings()[0].evidence
