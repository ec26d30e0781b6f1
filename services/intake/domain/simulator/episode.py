"""What an episode is: something that happens to a few subscribers, so that every rule has something to hear."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from services.intake.domain.simulator.base import Subscriber
from shared.calendar import local_moment
from shared.topic import Event


class Part(Struct, frozen=True, kw_only=True):
    """One subscriber's part in an episode."""

    episode: str
    begins_on: date
    newcomer: Subscriber
    """The further number that is theirs, where the episode has one; nobody else has it."""


@dataclass(frozen=True, slots=True)
class Act:
    """A day of a part."""

    who: Subscriber
    part: Part
    today: date

    @property
    def day(self) -> int:
        """Return how many days ago the part began; negative before."""
        return (self.today - self.part.begins_on).days

    def at(self, hour: int) -> datetime:
        """Return an hour of today, and some minutes that are the subscriber's own."""
        return local_moment(self.today, time(hour, self.who.index % 60))


def nothing(act: Act) -> Iterator[Event]:
    """Nothing but traffic, or the lack of it, shows."""
    return iter(())


def themselves(who: Subscriber, part: Part) -> Subscriber:
    """Return the subscriber as the base has them."""
    return who


def as_ever(act: Act) -> Subscriber | None:
    """Use the number as ever."""
    return act.who


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Something that happens to a few."""

    id: str
    says: str
    """What is true, for those who read the file of it."""
    first_day: int
    """It begins on this day of a run at the earliest."""
    shows: Callable[[Act], Iterator[Event]] = nothing
    """What shows today, beside traffic."""
    before: Callable[[Subscriber, Part], Subscriber] = themselves
    """Who the subscriber is, where the base's own draws do not do."""
    calls_as: Callable[[Act], Subscriber | None] = as_ever
    """Under which number they call today; None: they are silent."""
    leaves: bool = False
    """Whether the old number is left for good when it begins."""


def later(day: date, count: int) -> date:
    """Return the day `count` days after `day`."""
    return day + timedelta(days=count)
