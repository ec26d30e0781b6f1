"""Rivals' campaigns as staff told of them."""

from collections.abc import Sequence
from datetime import date

from msgspec import structs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.campaigns import Campaign
from shared.events.competitor_campaign import CompetitorCampaign


async def record(tx: AsyncConnection, events: Sequence[CompetitorCampaign]) -> None:
    """Keep the latest record of each campaign, in whatever order they come."""
    await tx.execute(
        text(
            "INSERT INTO competitor_campaign AS known (campaign_id, operator, region, kind, first_day, last_day,"
            " recorded_at) VALUES (:campaign_id, :operator, :region, :kind, :first_day, :last_day, :occurred_at)"
            " ON CONFLICT (campaign_id) DO UPDATE SET operator = excluded.operator, region = excluded.region,"
            " kind = excluded.kind, first_day = excluded.first_day, last_day = excluded.last_day,"
            " recorded_at = excluded.recorded_at WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [structs.asdict(event) for event in sorted(events, key=lambda event: event.campaign_id)],
    )


async def between(tx: AsyncConnection, first: date, last: date) -> list[Campaign]:
    """Return the campaigns that run on some day from `first` to `last`."""
    rows = await tx.execute(
        text(
            "SELECT campaign_id, operator, region, kind, first_day, last_day FROM competitor_campaign"
            " WHERE first_day <= :last AND last_day >= :first"
        ),
        {"first": first, "last": last},
    )
    return [Campaign(**row._asdict()) for row in rows]
