"""Records of the past as a script: each is told on its own day, so that work opens as it would have then."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from services.intake.domain.days import day_passed
from services.intake.domain.simulator.staff import Person, province_staff
from services.intake.domain.simulator.truth import Departure
from services.intake.domain.simulator.world import Plan, Scene
from shared.calendar import local_date, local_moment
from shared.events.region_defined import RegionDefined
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.region import PROVINCE, widened
from shared.topic import Event, of_kind

EVENING = time(16)
DAYS_AFTER = 40
"""Days played after the last record: the saves of its time come of age, 30 days after the contact by default."""


class NoRecordsError(Exception):
    """There is nothing to walk along."""


class Walk:
    """Plays records from the day of the first one on. Nobody can be persuaded: how it ended stands in the records."""

    def __init__(self, events: Iterable[Event], seed: int) -> None:
        """Sort `events` by their days.

        Raises:
            NoRecordsError: there are none besides regions.
        """
        listed = sorted(events, key=lambda event: (event.occurred_at, event.id))
        self._divisions = of_kind(RegionDefined, listed)
        self._days: defaultdict[date, list[Event]] = defaultdict(list)
        for event in listed:
            if not isinstance(event, RegionDefined):
                self._days[local_date(event.occurred_at)].append(event)
        if not self._days:
            raise NoRecordsError("there is nothing to walk along: no record was taken")
        self._ends = _ends(of_kind(SubscriptionRecorded, listed))
        first, last = min(self._days), max(self._days)
        self.scene = Scene(plan=Plan(seed=seed, first_day=first, days=(last - first).days + 1 + DAYS_AFTER))

    def people(self) -> list[Person]:
        """Return who works for the provinces in the records."""
        provinces = sorted({widened(division.path, PROVINCE) for division in self._divisions})
        return [person for province in provinces for person in province_staff(self.scene.plan.seed, province)]

    def truth(self, customer_id: str) -> Departure | None:
        """Return when a customer's subscription ended in the records; None: it did not."""
        ended = self._ends.get(customer_id)
        if ended is None:
            return None
        return Departure(customer_id=customer_id, reason="other", leaves_on=local_date(ended), persuadable=False)

    def divisions(self) -> Iterable[Event]:
        """Return the regions."""
        return self._divisions

    def history(self) -> Iterator[Iterable[Event]]:
        """Yield nothing: all records have their days."""
        return iter(())

    def dawn(self) -> Iterable[Event]:
        """Return that yesterday passed."""
        return [day_passed(self.scene.today - timedelta(days=1))]

    def daytime(self) -> Iterable[Event]:
        """Return the day's records before people are called."""
        return [event for event in self._today() if event.occurred_at < self._evening()]

    def evening(self) -> Iterable[Event]:
        """Return the rest of the day's records."""
        return [event for event in self._today() if event.occurred_at >= self._evening()]

    def _today(self) -> list[Event]:
        return self._days.get(self.scene.today, [])

    def _evening(self) -> datetime:
        return local_moment(self.scene.today, EVENING)


def _ends(periods: Iterable[SubscriptionRecorded]) -> dict[str, datetime]:
    return {period.customer_id: period.ended_at for period in periods if period.ended_at}
