"""What a sweep's warnings come to in dispatch: the work items opened in each county on each day.

Contacts are as they were: whoever called a customer then is taken to call about whatever item the customer has open.
People are left out, because who exactly calls changes no item.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import accumulate, chain
from operator import itemgetter
from typing import Any

from msgspec import structs

from replay.backtest.order import Order
from replay.backtest.past import Past
from replay.backtest.sweep import Swept
from services.dispatch.domain.case import Application, Case
from services.dispatch.domain.decide import Desk, ItemOverdue, decide
from shared.calendar import local_date
from shared.events.contact_reported import ContactReported
from shared.events.day_passed import DayPassed
from shared.events.porting_progressed import PortingProgressed
from shared.events.warning_noted import WarningNoted
from shared.events.work_item_offered import Tier
from shared.policy import PolicyBook
from shared.topic import Event

Opened = Counter[tuple[str, date, Tier]]
"""How many items were opened, by county (region path), day and tier."""


def opened(swept: Swept, past: Past, order: Order, book: PolicyBook) -> Opened:
    """Return the work items that follow from what a sweep said."""
    queue, clock = Queue(book), Clock(past, order)
    for place, _, customer_id, event in sorted(_heard(swept, past, order), key=lambda each: each[:2]):
        queue.hear(customer_id, event, clock.at(place))
    return queue.opened


class Clock:
    """What time it was for whoever had heard all that came before: old bills that come late open no work."""

    def __init__(self, past: Past, order: Order) -> None:
        came = chain(*past.facts.values(), *past.uses.values(), *past.told.values())
        told = sorted(((order(fact), fact.event.occurred_at) for fact in came), key=itemgetter(0))
        self._places = [place for place, _ in told]
        self._latest: list[datetime] = list(accumulate((moment for _, moment in told), max))

    def at(self, place: Any) -> datetime:
        """Return the latest time of anything that had come by then."""
        return self._latest[max(bisect_right(self._places, place) - 1, 0)]


def _heard(swept: Swept, past: Past, order: Order) -> Iterator[tuple[Any, int, str, Event]]:
    for count, said in enumerate(swept.said):
        if not isinstance(said.event, WarningNoted):
            yield said.place, count, said.customer_id, said.event
    yield from ((order(fact), 0, fact.event.customer_id, fact.event) for fact in past.told[ContactReported])
    # Dispatch sweeps a day after the rules have.
    after = len(swept.said)
    yield from ((place, after, "", day) for place, day in zip(swept.days.places, swept.days.events, strict=True))


class Queue:
    """Every customer's case, and what was opened."""

    def __init__(self, book: PolicyBook) -> None:
        self._book = book
        self._cases: dict[str, Case] = {}
        self._open: set[str] = set()
        """Customers with an open item."""
        self._ported: defaultdict[str, dict[str, Application]] = defaultdict(dict)
        """Applications of each customer, by number."""
        self.opened: Opened = Counter()

    def hear(self, customer_id: str, event: Event, now: datetime) -> None:
        """Take a fact about a customer, or the passing of a day."""
        match event:
            case DayPassed():
                self._overdue(event.occurred_at, now)
            case ContactReported() if customer_id not in self._open:
                pass
            case PortingProgressed():
                self._apply(customer_id, event)
                self._decide(customer_id, event, now)
            case _:
                self._decide(customer_id, event, now)

    def _overdue(self, at: datetime, now: datetime) -> None:
        for customer_id in sorted(self._open):
            item = self._cases[customer_id].open_item
            if item and item.due_at < at:
                self._decide(customer_id, ItemOverdue(id=item.work_item_id, occurred_at=at), now)

    def _decide(self, customer_id: str, event: Event, now: datetime) -> None:
        before = self._cases.get(customer_id) or Case(customer_id=customer_id)
        after = decide(Desk(self._book, (), now), before, event).memory
        self._cases[customer_id] = after
        if after.open_item:
            self._open.add(customer_id)
        else:
            self._open.discard(customer_id)
        if after.item and (before.item is None or after.item.work_item_id != before.item.work_item_id):
            self.opened[after.item.home_region, local_date(after.item.opened_at), after.item.tier] += 1

    def _apply(self, customer_id: str, event: PortingProgressed) -> None:
        """Remember when each number was last applied for, and when that ended, in whatever order they are told."""
        known = self._ported[customer_id].get(event.msisdn)
        if event.step == "application" and (known is None or known.applied_at < event.occurred_at):
            released = known.released_at if known else None
            still = released if released and released > event.occurred_at else None
            self._ported[customer_id][event.msisdn] = Application(event.occurred_at, still)
        elif event.step in ("lapsed", "ported_out") and known:
            released_at = max(known.released_at or event.occurred_at, event.occurred_at)
            self._ported[customer_id][event.msisdn] = Application(known.applied_at, released_at)
        case = self._cases.get(customer_id) or Case(customer_id=customer_id)
        self._cases[customer_id] = structs.replace(case, applications=tuple(self._ported[customer_id].values()))
