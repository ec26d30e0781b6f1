"""What offers hears, and what it does about it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.offers.domain.offer import answered
from services.offers.storage import facts, offers
from shared import metrics
from shared.arrival import Arrival
from shared.catalogue import topic_of
from shared.events.bill_issued import BillIssued
from shared.events.fulfilment_answered import FulfilmentAnswered
from shared.events.warning_raised import WarningRaised
from shared.events.work_item_closed import WorkItemClosed
from shared.events.work_item_offered import WorkItemOffered
from shared.topic import Event

KEPT: Mapping[type[Event], Callable[[AsyncConnection, Sequence[Any]], Awaitable[None]]] = {
    BillIssued: facts.record_bills,
    WarningRaised: facts.record_warnings,
    WorkItemOffered: facts.record_items,
    WorkItemClosed: facts.record_closings,
}

HEARD = tuple(topic_of(kind) for kind in (*KEPT, FulfilmentAnswered))


async def hear(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
    """Take one partition's new events, all of one topic, and return what there is to say."""
    events = [arrival.event for arrival in arrivals]
    keep = KEPT.get(type(events[0]))
    if keep:
        await keep(tx, events)
        return ()
    return await _answers(tx, [event for event in events if isinstance(event, FulfilmentAnswered)])


async def _answers(tx: AsyncConnection, answers: Sequence[FulfilmentAnswered]) -> Sequence[Event]:
    known = await offers.by_requests(tx, [answer.request_id for answer in answers])
    said: list[Event] = []
    for answer in answers:
        offer = known.get(answer.request_id)
        if offer is None:
            continue
        decision = answered(offer, answer)
        if decision.memory.state != offer.state:
            await offers.save(tx, decision.memory, answer.occurred_at)
            metrics.OFFERS.labels(decision.memory.state).inc()
        known[answer.request_id] = decision.memory
        said.extend(decision.events)
    return said
