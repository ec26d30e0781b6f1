"""What dispatch hears, and what it does about it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.domain.decide import ItemOverdue
from services.dispatch.storage import cases, facts, queue
from services.dispatch.storage.decider import Decider
from shared import sweep
from shared.arrival import Arrival
from shared.catalogue import topic_of
from shared.db.business_clock import business_now
from shared.events.bill_issued import BillIssued
from shared.events.contact_requested import ContactRequested
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.payment_received import PaymentReceived
from shared.events.porting_progressed import PortingProgressed
from shared.events.region_defined import RegionDefined
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_raised import WarningRaised
from shared.topic import Event, of_kind

KEPT: Mapping[type[Event], Callable[[AsyncConnection, Sequence[Any]], Awaitable[None]]] = {
    RegionDefined: facts.record_regions,
    CustomerRecorded: facts.record_customers,
    SubscriptionRecorded: facts.record_subscriptions,
    BillIssued: facts.record_bills,
    PaymentReceived: facts.record_arrears,
    DayPassed: sweep.note,
}
"""Facts that are kept for the card, or for the sweep."""

HEARD = tuple(topic_of(kind) for kind in (*KEPT, PortingProgressed, WarningRaised, WarningCleared, ContactRequested))


class Hear:
    """Takes one partition's new events at a time; they are all of one topic."""

    def __init__(self, decider: Decider) -> None:
        self._decide = decider

    async def __call__(self, tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
        """Keep or decide `arrivals`, and return what there is to say."""
        events = [arrival.event for arrival in arrivals]
        keep = KEPT.get(type(events[0]))
        if keep:
            await keep(tx, events)
            return ()
        if isinstance(events[0], PortingProgressed):
            return await self._porting(tx, of_kind(PortingProgressed, events))
        if isinstance(events[0], ContactRequested):
            return await self._texts(tx, of_kind(ContactRequested, events))
        raised = of_kind(WarningRaised, events)
        await cases.lock_numbers(tx, (warning.msisdn for warning in raised))
        cleared = of_kind(WarningCleared, events)
        return await self._decide(tx, [*_by_customer(raised), *_by_customer(cleared)])

    async def _porting(self, tx: AsyncConnection, events: Sequence[PortingProgressed]) -> Sequence[Event]:
        """Remember each number's step, and decide it for the customer who held the number then."""
        await cases.lock_numbers(tx, (event.msisdn for event in events))
        await cases.record_porting(tx, events)
        held = await cases.customers_at(tx, events)
        known = [(held[event.id], event) for event in events if event.id in held]
        return await self._decide(tx, known) if known else ()

    async def _texts(self, tx: AsyncConnection, requests: Sequence[ContactRequested]) -> Sequence[Event]:
        await cases.lock_numbers(tx, (request.msisdn for request in requests))
        return await self._decide.texts(tx, requests)

    async def due(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Close items whose time is up; None: there is none any more."""
        overdue = await queue.overdue(tx, limit)
        now = await business_now(tx)
        happened = [(customer, ItemOverdue(id=item, occurred_at=now)) for customer, item in overdue]
        return await self._decide(tx, happened) if happened else None


def _by_customer(warnings: Sequence[WarningRaised] | Sequence[WarningCleared]) -> list[tuple[str, Event]]:
    return [(warning.customer_id, warning) for warning in warnings]
