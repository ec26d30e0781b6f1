"""What the rules hear: CRM records tell who holds a number, facts are decided for that holder."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.catalogue import heard_kinds
from services.warning.domain.day_came import day_came
from services.warning.domain.siblings import siblings_told
from services.warning.domain.subscriber import Holder
from services.warning.storage import (
    campaigns,
    factors,
    holders,
    memories,
    ported_numbers,
    porting_steps,
    reentries,
    usage_days,
)
from services.warning.stream.knowing import Happened
from services.warning.stream.ruling import Ruling
from shared import sweep
from shared.arrival import Arrival
from shared.catalogue import topic_of
from shared.db import waiting
from shared.events.competitor_campaign import CompetitorCampaign
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.failure_factor import FailureFactor
from shared.events.number_ported import NumberPorted
from shared.events.porting_progressed import PortingProgressed
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import Event, SubscriberEvent, Topic, of_kind

KEPT: Mapping[type[Event], Callable[[AsyncConnection, Sequence[Any]], Awaitable[None]]] = {
    CustomerRecorded: holders.record_customers,
    NumberPorted: ported_numbers.record,
    CompetitorCampaign: campaigns.record,
    FailureFactor: factors.record,
    DayPassed: sweep.note,
}
"""What is known beside the facts that rules hear."""


def heard_topics() -> tuple[Topic[Event], ...]:
    """Return every topic that the rules need."""
    return tuple(topic_of(kind) for kind in dict.fromkeys((*KEPT, SubscriptionRecorded, *heard_kinds())))


class Hear:
    """Takes one partition's new events at a time; they are all of one topic."""

    def __init__(self, decide: Ruling) -> None:
        self._decide = decide

    async def __call__(self, tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
        """Record or decide `arrivals`, and return what there is to say."""
        events = [arrival.event for arrival in arrivals]
        keep = KEPT.get(type(events[0]))
        if keep:
            await keep(tx, events)
            return ()
        match events[0]:
            case SubscriptionRecorded():
                return await self._recorded(tx, of_kind(SubscriptionRecorded, events))
            case SuspensionChanged():
                await reentries.record_suspensions(tx, of_kind(SuspensionChanged, events))
        return await self._happened(tx, await _held(tx, of_kind(SubscriberEvent, events)))

    async def day_came(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Tell at most `limit` subscriptions whose rules wait for it that `day` is over; None: none does any more."""
        due = await memories.due(tx, day, limit)
        if not due:
            return None
        periods = await holders.of_subscriptions(tx, due)
        happened = [(period.holder, day_came(period.holder, day)) for period in periods]
        going_on = [
            (holder, event)
            for (holder, event), period in zip(happened, periods, strict=True)
            if period.meets(event.occurred_at)
        ]
        await memories.rest(tx, set(due) - {holder.subscription_id for holder, _ in going_on})
        return await self._decide(tx, going_on)

    async def look_at_usage(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Look at at most `limit` numbers whose day of the week `day` is; None: all of them were looked at."""
        looks = await usage_days.look(tx, day, limit)
        if not looks:
            return None
        held = await holders.holders(tx, looks)
        known = [(holder, look) for holder, look in zip(held, looks, strict=True) if holder]
        return await self._decide(tx, known)

    async def _recorded(self, tx: AsyncConnection, records: Sequence[SubscriptionRecorded]) -> Sequence[Event]:
        """Record who holds which number, tell the rules, and decide what waited for that."""
        released = await _released(tx, records)
        by_customer = await _by_customer(tx, records)
        told: list[Happened] = []
        for record in records:
            held = by_customer[record.customer_id]
            mine = next((each for each in held if each.subscription_id == record.subscription_id), None)
            if mine:
                told += [(mine, record), *siblings_told(mine, held)]
        return await self._happened(tx, [*told, *await _held(tx, released)])

    async def _happened(self, tx: AsyncConnection, happened: Sequence[Happened]) -> Sequence[Event]:
        """Keep what people ask for by number, and decide all of it."""
        steps = [(holder, event) for holder, event in happened if isinstance(event, PortingProgressed)]
        await porting_steps.record(tx, steps)
        return await self._decide(tx, happened)


async def _released(tx: AsyncConnection, records: Sequence[SubscriptionRecorded]) -> list[SubscriberEvent]:
    """Record who holds which number, and return the facts that waited for it."""
    numbers = sorted({record.msisdn for record in records})
    await waiting.lock(tx, numbers)
    await holders.record_subscriptions(tx, records)
    return of_kind(SubscriberEvent, await waiting.release(tx, numbers))


async def _by_customer(tx: AsyncConnection, records: Sequence[SubscriptionRecorded]) -> dict[str, list[Holder]]:
    """Return what each customer of `records` holds or held."""
    held: dict[str, list[Holder]] = {record.customer_id: [] for record in records}
    for period in await holders.of_customers(tx, list(held)):
        held[period.holder.customer_id].append(period.holder)
    return held


async def _held(tx: AsyncConnection, events: Sequence[SubscriberEvent]) -> list[Happened]:
    """Return `events` with their holders; those without one are kept until the CRM tells."""
    if not events:
        return []
    held = await holders.holders(tx, events)
    if None in held:
        await waiting.lock(tx, {event.msisdn for event in events})
        held = await holders.holders(tx, events)
        await waiting.keep(tx, [(each.msisdn, each) for each, holder in zip(events, held, strict=True) if not holder])
    return [(holder, event) for event, holder in zip(events, held, strict=True) if holder]
