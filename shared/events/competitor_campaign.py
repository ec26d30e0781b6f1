"""A rival's campaign in a region for a time, as staff heard of it: it weighs on the likely reason and the urgency."""

from datetime import date
from typing import Literal

from shared.topic import Event, Label, RegionPath, Stage, Text, Topic

CampaignKind = Literal["tariff", "handset", "poaching"]


class CompetitorCampaign(Event, frozen=True, kw_only=True):
    """The campaign as of `occurred_at`; the latest record of a `campaign_id` counts."""

    campaign_id: Label
    operator: Label
    region: RegionPath
    kind: CampaignKind
    """What it lures with: cheaper tariffs, a free handset, or callers who poach our customers."""
    first_day: date
    last_day: date
    words: Text = ""


TOPIC = Topic(
    name="reference.competitor_campaign.v1",
    event=CompetitorCampaign,
    stage=Stage.REFERENCE,
    owner="staff",
    key="campaign_id",
    partitions=1,
)
