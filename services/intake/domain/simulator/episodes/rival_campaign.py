"""A rival lures with cheaper tariffs for a fortnight, in the city of one subscriber."""

from collections.abc import Iterator

from services.intake.domain.simulator.episode import Act, Episode, later
from shared.events.competitor_campaign import CompetitorCampaign
from shared.ids import derived_id
from shared.region import CITY, path_of, widened
from shared.topic import Event

RUNS_DAYS = 14


def shows(act: Act) -> Iterator[Event]:
    """Yield the campaign as staff told of it."""
    if act.day == 0:
        campaign_id = f"campaign-{act.who.index:06d}"
        yield CompetitorCampaign(
            id=derived_id("campaign", campaign_id),
            occurred_at=act.at(8),
            campaign_id=campaign_id,
            operator="china_mobile",
            region=widened(path_of(act.who.county), CITY),
            kind="tariff",
            first_day=later(act.today, 1),
            last_day=later(act.today, RUNS_DAYS),
        )


EPISODE = Episode(id="rival_campaign", says="lives where a rival's campaign runs", first_day=12, shows=shows)
