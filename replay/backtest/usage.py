"""A number's weekly looks at its usage days, as the table of the live stream gives them."""

from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from replay.backtest.days import Days
from replay.backtest.number import Looks
from replay.backtest.order import Order
from replay.backtest.past import Fact, Use
from services.warning.domain.usage import FORGOTTEN, SETTLING, WINDOW, Day, UsageLooked, looked
from services.warning.domain.weekday import weekday_of
from shared.events.day_passed import DayPassed

Seen = list[tuple[int, Use]]
"""Usage days, each with how many days had passed when it came, in that order."""

Met = tuple[list[DayPassed], Seen]
"""All that looks depend on."""


class Lookout:
    """Looks at numbers, in one order after the other: what came between the same days gives the same looks."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[Met, Looks]] = {}

    def looks(self, msisdn: str, uses: Sequence[Fact], days: Days, order: Order) -> Looks:
        """Return each look by the count of the day that it follows."""
        seen = sorted(((days.before(order(fact)), fact.event) for fact in uses), key=itemgetter(0))
        before = self._before.get(msisdn)
        if before is None or before[0] != (days.events, seen):
            before = self._before[msisdn] = (days.events, seen), _looks(msisdn, seen, days)
        return before[1]


def _looks(msisdn: str, seen: Seen, days: Days) -> Looks:
    table, found, kept = Table(), dict[int, UsageLooked](), 0
    for number in days.on(weekday_of(msisdn)) if seen else ():
        while kept < len(seen) and seen[kept][0] <= number:
            before, use = seen[kept]
            table.keep(use, days.events[before - 1].day if before else None)
            kept += 1
        if look := table.look(msisdn, days.events[number].day, days.events[number - 1].day if number else None):
            found[number] = look
    return found


class Table:
    """What is known of one number's use."""

    def __init__(self) -> None:
        self._days: dict[date, tuple[int, Day]] = {}
        self._known: tuple[date, date] | None = None
        """The first and the last day on which it was heard of."""

    def keep(self, use: Use, passed: date | None) -> None:
        """Keep a day's latest version; `passed` is the day that had passed last."""
        self._forget(passed)
        first, last = self._known or (use.day, use.day)
        self._known = min(first, use.day), max(last, use.day)
        known = self._days.get(use.day)
        if known is None or use.version > known[0]:
            self._days[use.day] = use.version, _day(use)

    def look(self, msisdn: str, passed: date, before: date | None) -> UsageLooked | None:
        """Return the look once `passed` is over; None: the number is forgotten. `before` is the day before that."""
        self._forget(before)
        if self._known is None:
            return None
        after = passed - SETTLING - WINDOW
        self._days = {day: kept for day, kept in self._days.items() if day > after}
        return looked(msisdn, passed, self._known, [day for _, day in self._days.values()])

    def _forget(self, passed: date | None) -> None:
        if passed and self._known and self._known[1] < passed - FORGOTTEN:
            self._known = None


def _day(use: Use) -> Day:
    calls = use.calls_out + use.calls_in
    return Day(
        day=use.day,
        contacts=calls + use.messages,
        bytes=use.bytes,
        calls=calls,
        seconds=use.seconds_out + use.seconds_in,
        messages=use.messages,
    )
