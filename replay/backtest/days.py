"""The days that passed, in one order, each once: what is due on them is done when they are told."""

from bisect import bisect_left
from datetime import date
from itertools import accumulate
from typing import Any

from replay.backtest.order import Order
from replay.backtest.past import Past
from shared.events.day_passed import DayPassed

WEEK_DAYS = 7


class Days:
    """Every day that was told to have passed."""

    def __init__(self, past: Past, order: Order) -> None:
        told = sorted(
            ((order(fact), fact.event) for fact in past.told[DayPassed]), key=lambda pair: pair[0], reverse=True
        )
        first = {event.day: (place, event) for place, event in told}
        ordered = sorted(first.values(), key=lambda pair: pair[0])
        self.places: list[Any] = [place for place, _ in ordered]
        self.events: list[DayPassed] = [event for _, event in ordered]
        self._weekdays = [
            [number for number, event in enumerate(self.events) if event.day.weekday() == weekday]
            for weekday in range(WEEK_DAYS)
        ]
        self._latest = list(accumulate((event.day for event in self.events), max))

    def before(self, place: Any) -> int:
        """Return how many days had passed at `place`."""
        return bisect_left(self.places, place)

    def number(self, day: date) -> int:
        """Return the first of the days on which `day` is over."""
        return bisect_left(self._latest, day)

    def on(self, weekday: int) -> list[int]:
        """Return the counts of the days that were such a day of the week."""
        return self._weekdays[weekday]
