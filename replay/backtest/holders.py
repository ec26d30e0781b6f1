"""What the CRM told, in one order: who held each number from when on, and what the rules are told of that."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from replay.backtest.order import Order
from replay.backtest.past import Fact, Past
from services.warning.domain.holding import Period
from services.warning.domain.siblings import siblings_told
from services.warning.domain.subscriber import Holder
from shared.events.customer_recorded import CustomerRecorded
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.region import path_of
from shared.topic import SubscriberEvent


class Told(NamedTuple):
    """A fact whose holder needs no search: a CRM record, or that a customer has a newer number."""

    holder: Holder
    event: SubscriberEvent


class Release:
    """Facts of the number that waited for its holder are decided now."""


Item = Period | Told | Release | SubscriberEvent
Step = tuple[Any, int, Item]
"""What a number meets: its place, a count that keeps the order of what stands in one place, and what it is."""
RELEASE = Release()


@dataclass(slots=True)
class Crm:
    """The records known so far."""

    customers: dict[str, CustomerRecorded]
    periods: dict[str, SubscriptionRecorded]
    """The latest record of each subscription."""
    of_customer: defaultdict[str, dict[str, None]]
    """Subscriptions of each customer, as a set that keeps its order."""

    def period(self, record: SubscriptionRecorded) -> Period:
        """Return a record as the period that it tells of, with its customer as known by now."""
        who = self.customers.get(record.customer_id)
        same = {name: getattr(record, name) for name in SAME}
        stars, important = (who.stars, who.important) if who else (0, None)
        return Period(Holder(region=path_of(record.county), stars=stars, important=important, **same))

    def held(self, customer_id: str) -> list[Period]:
        """Return what a customer holds or held, by subscription."""
        return [self.period(self.periods[each]) for each in sorted(self.of_customer[customer_id])]


SAME = ("subscription_id", "msisdn", "customer_id", "brand", "package", "activated_at", "ended_at")


def steps(past: Past, order: Order) -> dict[str, list[Step]]:
    """Return what the CRM's records mean for each number, in `order`."""
    crm = Crm({}, {}, defaultdict(dict))
    found: defaultdict[str, list[Step]] = defaultdict(list)
    counted = count()
    records = [*past.told[CustomerRecorded], *past.told[SubscriptionRecorded]]
    for place, fact in sorted(((order(fact), fact) for fact in records), key=lambda pair: pair[0]):
        for msisdn, item in _met(crm, fact):
            found[msisdn].append((place, next(counted), item))
    return found


def _met(crm: Crm, fact: Fact) -> Iterator[tuple[str, Item]]:
    if isinstance(fact.event, CustomerRecorded):
        yield from _customer(crm, fact.event)
    else:
        yield from _subscription(crm, fact.event)


def _customer(crm: Crm, record: CustomerRecorded) -> Iterator[tuple[str, Item]]:
    """Keep the latest record; whoever holds numbers already holds them with other stars from now on."""
    known = crm.customers.get(record.customer_id)
    if known and record.occurred_at < known.occurred_at:
        return
    crm.customers[record.customer_id] = record
    if known is None or (known.stars, known.important) != (record.stars, record.important):
        yield from ((period.holder.msisdn, period) for period in crm.held(record.customer_id))


def _subscription(crm: Crm, record: SubscriptionRecorded) -> Iterator[tuple[str, Item]]:
    """Keep the latest record, tell the rules of it and of newer numbers, and release what waited."""
    known = crm.periods.get(record.subscription_id)
    if known is None or record.occurred_at >= known.occurred_at:
        crm.periods[record.subscription_id] = record
        crm.of_customer[record.customer_id][record.subscription_id] = None
        if known and known.customer_id != record.customer_id:
            del crm.of_customer[known.customer_id][record.subscription_id]
        yield record.msisdn, crm.period(record)
    held = [period.holder for period in crm.held(record.customer_id)]
    mine = next((each for each in held if each.subscription_id == record.subscription_id), None)
    if mine:
        yield record.msisdn, Told(mine, record)
        yield from ((older.msisdn, Told(older, told)) for older, told in siblings_told(mine, held))
    yield record.msisdn, RELEASE
