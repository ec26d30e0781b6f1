"""Rivals' campaigns (W19): those that run where and when a fact happened."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shared.events.competitor_campaign import CampaignKind
from shared.region import within


class Campaign(Struct, frozen=True, kw_only=True):
    """A rival's campaign; both days belong to it."""

    campaign_id: str
    operator: str
    region: str
    kind: CampaignKind
    first_day: date
    last_day: date


def running(campaigns: Sequence[Campaign], region: str, day: date) -> list[Campaign]:
    """Return the campaigns that run in `region` on `day`, by id."""
    found = (each for each in campaigns if each.first_day <= day <= each.last_day and within(region, each.region))
    return sorted(found, key=lambda each: each.campaign_id)
