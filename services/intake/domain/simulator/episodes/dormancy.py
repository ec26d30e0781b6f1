"""A number sleeps for some weeks, and is used again."""

from services.intake.domain.simulator.base import Subscriber
from services.intake.domain.simulator.episode import Act, Episode

SLEEPS_DAYS = 24


def calls_as(act: Act) -> Subscriber | None:
    """Return nobody while the number sleeps."""
    return None if 0 <= act.day < SLEEPS_DAYS else act.who


EPISODE = Episode(id="dormancy", says="is not used for 24 days", first_day=10, calls_as=calls_as)
