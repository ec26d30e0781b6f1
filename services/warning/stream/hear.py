"""What the rules hear: CRM records tell who holds a number, facts are decided for that holder."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.catalogue import all_rules, heard_kinds
from services.warning.domain.decide import Knowledge, decide
from services.warning.domain.subscriber import Holder
from services.warning.storage import holders, memories, ported_numbers, waiting, warnings
from services.warning.storage.waiting import GivenUp
from shared import codec, metrics, sweep
from shared.arrival import Arrival
from shared.catalogue import topic_of
from shared.clock import system_now
from shared.db import dead_letters
from shared.db.policies import Policies
from shared.decision import fold
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.dead_lettered import DeadLettered
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.number_ported import NumberPorted
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.ids import derived_id
from shared.sealing import Sealer
from shared.topic import Event, SubscriberEvent, Topic

T = TypeVar("T", bound=Event)


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
                await holders.record_customers(tx, _all(CustomerRecorded, events))
            case NumberPorted():
                await ported_numbers.record(tx, _all(NumberPorted, events))
            case DayPassed():
                await sweep.note(tx, _all(DayPassed, events))
            case SubscriptionRecorded():
                return await self._decide(tx, await _released(tx, _all(SubscriptionRecorded, events)))
            case SubscriberEvent():
                return await self._decide(tx, _all(SubscriberEvent, events))
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
    await holders.lock_numbers(tx, numbers)
    await holders.record_subscriptions(tx, records)
    return await waiting.release(tx, numbers)


async def _holders(tx: AsyncConnection, events: Sequence[SubscriberEvent]) -> list[Holder | None]:
    """Return each event's holder; events without one are kept until the CRM tells."""
    held = await holders.holders(tx, events)
    if None in held:
        await holders.lock_numbers(tx, {event.msisdn for event in events})
        held = await holders.holders(tx, events)
        await waiting.keep(tx, [event for event, holder in zip(events, held, strict=True) if holder is None])
    return held


def _all(kind: type[T], events: Sequence[Event]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


def _named(events: Sequence[SubscriberEvent]) -> list[str]:
    return [event.forwarded_to for event in events if isinstance(event, ForwardingChanged) and event.forwarded_to]


def _count(raised: Sequence[WarningFacts]) -> None:
    for warning in raised:
        population = warning.population if isinstance(warning, WarningRaised) else "none"
        metrics.WARNINGS.labels(warning.rule_id, population).inc()


class GiveUp:
    """Buries facts whose holder nobody told within a month, as a day passes."""

    def __init__(self, cluster: str, sealer: Sealer) -> None:
        self._cluster = cluster
        self._sealer = sealer

    async def __call__(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Bury at most `limit` of them; None: nothing is due any more."""
        letters = [self._letter(given_up) for given_up in await waiting.give_up(tx, day, limit)]
        await dead_letters.bury(tx, self._cluster, letters)
        return letters or None

    def _letter(self, given_up: GivenUp) -> DeadLettered:
        topic = topic_of(type(given_up.event)).name
        return DeadLettered(
            id=derived_id("unknown_holder", topic, given_up.event.id),
            occurred_at=system_now(),
            service="warning",
            topic=topic,
            partition=given_up.partition,
            offset=given_up.log_offset,
            reason="unknown_holder",
            detail="no subscription covers the number at the event's time",
            attempt=1,
            sealed=self._sealer.seal(codec.encode(given_up.event)),
        )
