"""The state of a simulation between two days: small enough to be written down each evening and taken up again."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct

from services.intake.domain.simulator.base import Subscriber, subscriber
from services.intake.domain.simulator.cast import all_episodes, parts
from services.intake.domain.simulator.episode import Part
from services.intake.domain.simulator.truth import Departure, Leaving, leaving


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be simulated."""

    seed: int = 7
    subscribers: int = 2_000
    first_day: date = date(2026, 1, 1)
    days: int = 60


class Owed(Struct, frozen=True, kw_only=True):
    """An answer that billing still owes."""

    due: date
    kind: str
    """`top_up` or `fulfilment`."""
    request_id: str
    msisdn: str
    accepted: bool


class Scene(Struct, kw_only=True):
    """What the players of billing and of the call centre remember from one day to the next."""

    plan: Plan
    day: int = 0
    """The next day to be played."""
    begun: bool = False
    """What happened before the first day was told."""
    persuaded: dict[str, date] = {}
    """Customers who were called in time, and when."""
    handled: dict[str, list[str]] = {}
    """Work items that each caller has had in hand today."""
    owed: list[Owed] = []
    heard_offsets: dict[str, int] = {}
    """How far billing has read its requests, by `topic/partition`."""

    @property
    def today(self) -> date:
        """Return the calendar day to be played."""
        return self.plan.first_day + timedelta(days=self.day)

    def persuaded_by(self, leaver: Departure, day: date) -> bool:
        """Tell whether a leaver had been persuaded before `day`."""
        since = self.persuaded.get(leaver.customer_id)
        return since is not None and since < day


class World(Scene, kw_only=True):
    """A simulated operator: beyond what its players remember, everything follows from the seed."""

    def who(self, index: int) -> Subscriber:
        """Return a subscriber."""
        who, part = subscriber(self.plan.seed, index, self.plan.first_day), self.part(index)
        return all_episodes()[part.episode].before(who, part) if part else who

    def part(self, index: int) -> Part | None:
        """Return a subscriber's part in an episode; None: they have none."""
        plan = self.plan
        return parts(plan.seed, plan.subscribers, plan.first_day, plan.days).get(index)

    def leaver(self, index: int) -> Leaving | None:
        """Return a subscriber's plan to leave, whether or not they were persuaded since."""
        return _leaver(self.plan, index) if index < self.plan.subscribers else None

    def gone(self, index: int, day: date) -> bool:
        """Tell whether a subscriber had left before `day`."""
        leaver = self.leaver(index)
        return leaver is not None and leaver.leaves_on < day and not self.persuaded_by(leaver, leaver.leaves_on)


@lru_cache(maxsize=400_000)
def _leaver(plan: Plan, index: int) -> Leaving | None:
    return leaving(plan.seed, subscriber(plan.seed, index, plan.first_day), plan.first_day, plan.days)


class Played(Struct, frozen=True, kw_only=True):
    """A part in an episode, as its file tells it."""

    episode: str
    says: str
    begins_on: date
    customer_id: str
    subscription_id: str


def departures(world: World) -> Iterator[Leaving]:
    """Yield everybody who is made to leave."""
    everybody = (departure(world, index) for index in range(world.plan.subscribers))
    yield from (leaving for leaving in everybody if leaving)


def departure(world: World, index: int) -> Leaving | None:
    """Return when somebody leaves, by the plan to leave or by an episode; None: they stay."""
    leaver, part = world.leaver(index), world.part(index)
    if leaver or part is None or not all_episodes()[part.episode].leaves:
        return leaver
    who = world.who(index)
    return Leaving(
        customer_id=who.customer_id,
        subscription_id=who.subscription_id,
        scenario="reentry",
        reason="competitor_tariff",
        leaves_on=part.begins_on,
        persuadable=False,
    )


def played_parts(world: World) -> Iterator[Played]:
    """Yield every part that somebody has."""
    for index in range(world.plan.subscribers):
        part = world.part(index)
        if part:
            who = world.who(index)
            yield Played(
                episode=part.episode,
                says=all_episodes()[part.episode].says,
                begins_on=part.begins_on,
                customer_id=who.customer_id,
                subscription_id=who.subscription_id,
            )
