"""One number's past: who held it, what its holders' rules remembered, what they said, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from replay.backtest.days import Days
from replay.backtest.holders import Item, Release, Step, Told
from replay.backtest.ruling import Ruling
from services.warning.domain.day_came import day_came
from services.warning.domain.decide import Memory
from services.warning.domain.holding import Period, holder_at
from services.warning.domain.missed import FactMissed
from services.warning.domain.subscriber import Holder, Profile
from services.warning.domain.usage import UsageLooked
from shared.calendar import start_of
from shared.db.waiting import PATIENCE
from shared.events.porting_progressed import PortingProgressed
from shared.topic import Event, SubscriberEvent

Looks = Mapping[int, UsageLooked]
"""Looks at a number's use, by the count of the day that they follow."""


class Said(NamedTuple):
    """What dispatch hears of a customer, and when."""

    place: Any
    customer_id: str
    event: Event


@dataclass(slots=True)
class Number:
    """A number on its way through the past."""

    ruling: Ruling
    days: Days
    looks: Looks
    said: list[Said]
    _periods: dict[str, Period] = field(default_factory=dict)
    _memories: dict[str, Memory] = field(default_factory=dict)
    """By subscription."""
    _waiting: list[SubscriberEvent] = field(default_factory=list)
    """Facts of which the CRM has not told who held the number then."""
    _due: date = date.max
    """The first day that some rule waits for."""
    _passed: int = 0
    """How many days have passed."""
    _ahead: list[int] = field(default_factory=list)
    """The days of looks that are to come, the next one last."""

    def __post_init__(self) -> None:
        self._ahead = sorted(self.looks, reverse=True)

    def live(self, steps: Sequence[Step]) -> None:
        """Meet all of `steps` in their order, and the days that pass between them."""
        for place, _, item in steps:
            self._pass_until(self.days.before(place))
            self._meet(place, item)
        self._pass_until(len(self.days.events))

    def _pass_until(self, until: int) -> None:
        """Let days pass, those on which nothing can happen to the number unseen."""
        while (number := self._next()) < until:
            self._pass(number)
            self._passed = number + 1
        self._passed = max(self._passed, until)

    def _next(self) -> int:
        """Return the next day on which something may happen to the number."""
        if self._waiting:
            return self._passed
        while self._ahead and self._ahead[-1] < self._passed:
            self._ahead.pop()
        look = self._ahead[-1] if self._ahead else len(self.days.events)
        return look if self._due is date.max else min(max(self.days.number(self._due), self._passed), look)

    def _meet(self, place: Any, item: Item) -> None:
        match item:
            case SubscriberEvent():
                self._hear(place, item)
            case Period():
                self._periods[item.holder.subscription_id] = item
            case Told():
                self._decide(place, item.holder, item.event)
            case Release():
                released, self._waiting = self._waiting, []
                for event in sorted(released, key=lambda event: (event.occurred_at, event.id)):
                    self._hear(place, event)

    def _hear(self, place: Any, event: SubscriberEvent) -> None:
        holder = holder_at(self._periods.values(), event)
        if holder is None:
            self._waiting.append(event)
            return
        self._decide(place, holder, event)
        if isinstance(event, PortingProgressed):
            self.said.append(Said(place, holder.customer_id, event))

    def _pass(self, number: int) -> None:
        """A day is over: rules that wait for it are asked, use is looked at, what waited for too long is given up."""
        place, day = self.days.places[number], self.days.events[number].day
        if self._due <= day:
            self._days_came(place, day)
        if look := self.looks.get(number):
            holder = holder_at(self._periods.values(), look)
            if holder:
                self._decide(place, holder, look)
        if self._waiting:
            self._waiting = [each for each in self._waiting if each.occurred_at >= start_of(day) - PATIENCE]

    def _days_came(self, place: Any, day: date) -> None:
        for subscription_id in [id_ for id_, memory in sorted(self._memories.items()) if _first(memory) <= day]:
            period = self._periods[subscription_id]
            came = day_came(period.holder, day)
            if period.meets(came.occurred_at):
                self._decide(place, period.holder, came)
            else:
                self._memories[subscription_id] = replace(self._memories[subscription_id], due={})
        self._due = min(map(_first, self._memories.values()))

    def _decide(self, place: Any, holder: Holder, event: SubscriberEvent) -> None:
        if not self.ruling.hears(type(event)):
            return
        memory = self._memories.get(holder.subscription_id) or Memory(holder, Profile(), {})
        if memory.holder is not holder:
            memory = replace(memory, holder=holder)
        decision = self.ruling.decide(memory, event, place)
        self._memories[holder.subscription_id] = decision.memory
        self._due = min(self._due, _first(decision.memory))
        for said in decision.events:
            if not isinstance(said, FactMissed):
                self.said.append(Said(place, holder.customer_id, said))


def _first(memory: Memory) -> date:
    """Return the first day that some rule waits for."""
    days = [day for day in memory.due.values() if day]
    return min(days) if days else date.max
