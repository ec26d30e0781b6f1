"""Who has a part in which episode: a few of those who pay more and stay, by luck; nobody has two parts."""

from collections.abc import Mapping
from datetime import date, time
from functools import cache

from msgspec import structs

from services.intake.domain.simulator import episodes, luck
from services.intake.domain.simulator.base import Subscriber, subscriber
from services.intake.domain.simulator.episode import Episode, Part, later
from services.intake.domain.simulator.truth import leaving
from shared.calendar import local_moment
from shared.folder import entries

SUBSCRIBERS_A_PART = 500
"""One in so many has a part in each episode, and one at least."""
PLAYERS_FEE = 129
"""Who pays so much belongs to the population for whom warnings are worked."""
SPREAD_DAYS = 6
"""Parts of one episode begin within so many days."""
BEGUN = time(0, 10)
"""A new number is held before its first call."""


@cache
def all_episodes() -> Mapping[str, Episode]:
    """Return every episode by its id, in the order of their files.

    Raises:
        TypeError: a file has no EPISODE.
    """
    return {episode.id: episode for episode in entries(episodes, "EPISODE", Episode).values()}


@cache
def parts(seed: int, subscribers: int, first_day: date, days: int) -> Mapping[int, Part]:
    """Return the parts that begin within a run, by the index of the subscriber who has each."""
    each = max(1, subscribers // SUBSCRIBERS_A_PART)
    cast = _willing(seed, subscribers, first_day, days)[: each * len(all_episodes())]
    listed = [episode for episode in all_episodes().values() for _ in range(each)]
    found = {
        index: _part(seed, episode, index, (first_day, subscribers + place))
        for place, (index, episode) in enumerate(zip(cast, listed, strict=False))
    }
    return {index: part for index, part in found.items() if part.begins_on < later(first_day, days)}


def _willing(seed: int, subscribers: int, first_day: date, days: int) -> list[int]:
    everybody = (subscriber(seed, index, first_day) for index in range(subscribers))
    staying = [who.index for who in everybody if _stays(seed, who, first_day, days)]
    return sorted(staying, key=lambda index: luck.draw(seed, "cast", index))


def _stays(seed: int, who: Subscriber, first_day: date, days: int) -> bool:
    return who.plan.fee >= PLAYERS_FEE and leaving(seed, who, first_day, days) is None


def _part(seed: int, episode: Episode, index: int, newcomer: tuple[date, int]) -> Part:
    first_day, further = newcomer
    begins_on = later(first_day, episode.first_day + luck.between(0, SPREAD_DAYS - 1, seed, "begins", index))
    drawn = subscriber(seed, further, first_day)
    theirs = structs.replace(drawn, activated_at=local_moment(begins_on, BEGUN))
    return Part(episode=episode.id, begins_on=begins_on, newcomer=theirs)
