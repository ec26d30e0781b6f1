"""The state of a simulation between two days: small enough to be written down each evening and taken up again."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from msgspec import Struct

from services.intake.domain.simulator.base import Subscriber, subscriber
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
        return subscriber(self.plan.seed, index, self.plan.first_day)

    def leaver(self, index: int) -> Leaving | None:
        """Return a subscriber's plan to leave, whether or not they were persuaded since."""
        return _leaver(self.plan, index)

    def gone(self, index: int, day: date) -> bool:
        """Tell whether a subscriber had left before `day`."""
        leaver = self.leaver(index)
        return leaver is not None and leaver.leaves_on < day and not self.persuaded_by(leaver, leaver.leaves_on)


@lru_cache(maxsize=400_000)
def _leaver(plan: Plan, index: int) -> Leaving | None:
    return leaving(plan.seed, subscriber(plan.seed, index, plan.first_day), plan.first_day, plan.days)


def fields(leaver: Leaving) -> dict[str, Any]:
    """Return a leaver as the truth file tells it."""
    return {name: getattr(leaver, name) for name in leaver.__struct_fields__}
