"""What the rules hear: CRM records tell who holds a number, facts are decided for that holder."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.catalogue import all_rules, heard_kinds
from services.warning.domain.decide import Knowledge, decide
from services.warning.domain.subscriber import Holder
from services.warning.storage import holders, memories, ported_numbers, warnings
from shared import metrics, sweep
from shared.arrival import Arrival
from shared.catalogue import topic_of
from shared.db import waiting
from shared.db.policies import Policies
from shared.decision import fold
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.number_ported import NumberPorted
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.topic import Event, SubscriberEvent, Topic, of_kind


def heard_topics() -> tuple[Topic[Event], ...]:
    """Return every topic that the rules need."""
    records = (CustomerRecorded, SubscriptionRecorded, NumberPorted, DayPassed)
    return tuple(topic_of(kind) for kind in (*records, *heard_kinds()))


class Hear:
    """Takes one partition's new events at a time; they are all of one topic."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def __call__(self, tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
        """Record or decide `arrivals`, and return what there is to say."""
        events = [arrival.event for arrival in arrivals]
        match events[0]:
            case CustomerRecorded():
                await holders.record_customers(tx, of_kind(CustomerRecorded, events))
            case NumberPorted():
                await ported_numbers.record(tx, of_kind(NumberPorted, events))
            case DayPassed():
                await sweep.note(tx, of_kind(DayPassed, events))
            case SubscriptionRecorded():
                return await self._decide(tx, await _released(tx, of_kind(SubscriptionRecorded, events)))
            case SubscriberEvent():
                return await self._decide(tx, of_kind(SubscriberEvent, events))
        return ()

    async def _decide(self, tx: AsyncConnection, events: Sequence[SubscriberEvent]) -> Sequence[Event]:
        if not events:
            return ()
        held = await _holders(tx, events)
        happened = [(holder.subscription_id, event) for event, holder in zip(events, held, strict=True) if holder]
        rules = [rule for rule in all_rules() if any(isinstance(event, rule.hears) for event in events)]
        before = await memories.load(tx, [holder for holder in held if holder], rules)
        knowledge = Knowledge(rules, self._policies.book, await ported_numbers.of(tx, _named(events)))
        folded = fold(partial(decide, knowledge), before, happened)
        await memories.save(tx, before, folded.memories)
        raised = [event for event in folded.events if isinstance(event, WarningFacts)]
        await warnings.record(tx, raised)
        _count(raised)
        return folded.events


async def _released(tx: AsyncConnection, records: Sequence[SubscriptionRecorded]) -> list[SubscriberEvent]:
    """Record who holds which number, and return the facts that waited for it."""
    numbers = sorted({record.msisdn for record in records})
    await waiting.lock(tx, numbers)
    await holders.record_subscriptions(tx, records)
    return of_kind(SubscriberEvent, await waiting.release(tx, numbers))


async def _holders(tx: AsyncConnection, events: Sequence[SubscriberEvent]) -> list[Holder | None]:
    """Return each event's holder; events without one are kept until the CRM tells."""
    held = await holders.holders(tx, events)
    if None in held:
        await waiting.lock(tx, {event.msisdn for event in events})
        held = await holders.holders(tx, events)
        await waiting.keep(tx, [(each.msisdn, each) for each, holder in zip(events, held, strict=True) if not holder])
    return held


def _named(events: Sequence[SubscriberEvent]) -> list[str]:
    return [event.forwarded_to for event in events if isinstance(event, ForwardingChanged) and event.forwarded_to]


def _count(raised: Sequence[WarningFacts]) -> None:
    for warning in raised:
        population = warning.population if isinstance(warning, WarningRaised) else "none"
        metrics.WARNINGS.labels(warning.rule_id, population).inc()
