"""An agent's assessment period ends: the number was sold half a year before, less some days."""

from datetime import timedelta

from msgspec import structs

from services.intake.domain.simulator.base import Subscriber
from services.intake.domain.simulator.episode import Episode, Part

SOLD_BEFORE = timedelta(days=165)


def _sold(who: Subscriber, part: Part) -> Subscriber:
    return structs.replace(who, activated_at=part.newcomer.activated_at - SOLD_BEFORE, agent_id="agent-00")


EPISODE = Episode(
    id="agent_assessment", says="was sold by an agent whose assessment period ends", first_day=2, before=_sold
)
