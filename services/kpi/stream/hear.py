"""What KPI hears, and what it does about it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kpi.domain.catalogue import all_measures, heard_kinds
from services.kpi.domain.count import count
from services.kpi.domain.measure import Increment
from services.kpi.storage import counters, names
from shared import sweep
from shared.arrival import Arrival
from shared.calendar import start_of
from shared.catalogue import topic_of
from shared.db.policies import Policies
from shared.events.day_passed import DayPassed
from shared.events.region_defined import RegionDefined
from shared.events.staff_recorded import StaffRecorded
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.topic import Event

KEPT: Mapping[type[Event], Callable[[AsyncConnection, Sequence[Any]], Awaitable[None]]] = {
    RegionDefined: names.record_regions,
    StaffRecorded: names.record_staff,
    SubscriptionRecorded: names.record_subscriptions,
    DayPassed: sweep.note,
}
"""Facts that are kept beside the counters, or for the sweep."""

HEARD = tuple(topic_of(kind) for kind in dict.fromkeys((*KEPT, *heard_kinds())))


class Hear:
    """Takes one partition's new events at a time; they are all of one topic."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def __call__(self, tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
        """Keep and count `arrivals`; there is nothing to say."""
        events = [arrival.event for arrival in arrivals]
        keep = KEPT.get(type(events[0]))
        if keep:
            await keep(tx, events)
        await self._count(tx, [(customer, event) for event in events if (customer := customer_of(event))])
        return ()

    async def due(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Tell the day to memories that wait for it; None: none waits any more."""
        customers = await counters.waiting_for(tx, day, limit)
        passed = DayPassed(id=f"due:{day}", occurred_at=start_of(day), day=day)
        await self._count(tx, [(customer, passed) for customer in customers])
        return () if customers else None

    async def _count(self, tx: AsyncConnection, happened: Sequence[tuple[str, Event]]) -> None:
        if not happened:
            return
        measures, book = all_measures(), self._policies.book
        before = await counters.load(tx, (customer for customer, _ in happened), measures)
        memories, added = dict(before), list[tuple[str, Increment]]()
        for customer, event in happened:
            counted = count(measures, book, memories[customer], event)
            memories[customer] = counted.memory
            added.extend(counted.increments)
        await counters.save(tx, before, memories, measures)
        await counters.add(tx, added)


def customer_of(event: Event) -> str | None:
    """Return the customer of whom an event tells; None: it tells of none."""
    return getattr(event, "customer_id", None)
