"""Who holds a number at a moment: the periods that the CRM tells of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.warning.domain.subscriber import Holder
from shared.calendar import month_bounds
from shared.events.bill_issued import BillIssued
from shared.topic import SubscriberEvent


@dataclass(frozen=True, slots=True)
class Period:
    """For how long a holder had the number."""

    holder: Holder

    @property
    def ended_at(self) -> datetime | None:
        """Return when it was given up; None: not to this day."""
        return self.holder.ended_at

    def meets(self, first: datetime, last: datetime | None = None) -> bool:
        """Tell whether the number was held at some moment from `first` to `last`, or at `first` alone."""
        return self.holder.activated_at <= (last or first) and (self.ended_at is None or first < self.ended_at)


QUARANTINE = timedelta(days=90)
"""So long a number rests before somebody else gets it."""


def holder_at(periods: Iterable[Period], event: SubscriberEvent) -> Holder | None:
    """Return the latest holder whose period meets the event's time; a bill speaks of its whole month.

    A last bill may be of a month in which nobody held the number: it is the bill of whoever gave it up before.
    None: no period that the CRM has told covers the moment.
    """
    if not isinstance(event, BillIssued):
        return _latest(periods, event.occurred_at, event.occurred_at)
    known, (first, over) = list(periods), month_bounds(event.month)
    last = over - timedelta.resolution
    return _latest(known, first, last) or _latest(known, first - QUARANTINE, last)


def _latest(periods: Iterable[Period], first: datetime, last: datetime) -> Holder | None:
    found: Holder | None = None
    for period in periods:
        if period.meets(first, last) and (found is None or period.holder.activated_at > found.activated_at):
            found = period.holder
    return found
