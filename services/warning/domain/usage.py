"""What a number did of late beside what it used to do, from its usage days. It never leaves the service."""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from shared.calendar import start_of
from shared.ids import derived_id
from shared.topic import SubscriberEvent

WEEK = timedelta(days=7)
WEEKS_BEFORE = 4
WINDOW = WEEK * (1 + WEEKS_BEFORE)
KEPT = WINDOW + WEEK
"""How long usage days are kept."""
SETTLING = timedelta(days=2)
"""So long after a day its tallies may still come."""
FORGOTTEN = timedelta(days=89)
"""A number unheard of for so long may soon be another customer's: 90 days is its quarantine."""


class Day(Struct, frozen=True, kw_only=True):
    """What is kept of one usage day."""

    day: date
    contacts: int
    """Calls and messages, in and out."""
    bytes: int
    calls: int = 0
    seconds: int = 0
    """Of these calls."""
    messages: int = 0


class Use(Struct, frozen=True, kw_only=True):
    """Use in seven days, or on average in the weeks before them."""

    contacts: float
    megabytes: float
    calls: float = 0.0
    minutes: float = 0.0
    messages: float = 0.0


class UsageLooked(SubscriberEvent, frozen=True, kw_only=True):
    """A weekly look at a number, at the midnight after a day that passed."""

    through: date
    """The last day that was looked at."""
    last_active_on: date
    """The last day on which the network heard anything of the number."""
    weeks_before: int
    """How many whole weeks before the last one are known, at most four."""
    recent: Use
    before: Use
    """A week's mean of the weeks before; nothing, where none is known."""


def looked(msisdn: str, passed: date, known: tuple[date, date], days: Iterable[Day]) -> UsageLooked:
    """Return the look at a number once `passed` is over; `known` are the first and the last day it was heard of."""
    through = passed - SETTLING
    first, last = known
    week = through - WEEK
    weeks = min(WEEKS_BEFORE, max(0, (week - first + timedelta(days=1)) // WEEK))
    listed = list(days)
    recent = [each for each in listed if week < each.day <= through]
    before = [each for each in listed if week - weeks * WEEK < each.day <= week]
    return UsageLooked(
        id=derived_id("usage_looked", msisdn, through.isoformat()),
        occurred_at=start_of(passed + timedelta(days=1)),
        msisdn=msisdn,
        through=through,
        last_active_on=last,
        weeks_before=weeks,
        recent=_use(recent, 1),
        before=_use(before, weeks or 1),
    )


def _use(days: list[Day], weeks: int) -> Use:
    def mean(total: float) -> float:
        return round(total / weeks, 2)

    return Use(
        contacts=mean(sum(each.contacts for each in days)),
        megabytes=mean(sum(each.bytes for each in days) / 1_000_000),
        calls=mean(sum(each.calls for each in days)),
        minutes=mean(sum(each.seconds for each in days) / 60),
        messages=mean(sum(each.messages for each in days)),
    )
