"""Who holds a number at a moment: the periods that the CRM tells of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.warning.domain.subscriber import Holder
from shared.calendar import month_bounds
from shared.events.bill_issued import BillIssued
from shared.topic import SubscriberEvent


@dataclass(frozen=True, slots=True)
class Period:
    """For how long a holder had the number."""

    ended_at: datetime | None
    """None: to this day."""
    holder: Holder

    def meets(self, first: datetime, last: datetime | None = None) -> bool:
        """Tell whether the number was held at some moment from `first` to `last`, or at `first` alone."""
        return self.holder.activated_at <= (last or first) and (self.ended_at is None or first < self.ended_at)


def holder_at(periods: Iterable[Period], event: SubscriberEvent) -> Holder | None:
    """Return the latest holder whose period meets the event's time; a bill speaks of its whole month.

    None: no period that the CRM has told covers the moment.
    """
    first, last = month_bounds(event.month) if isinstance(event, BillIssued) else (event.occurred_at, event.occurred_at)
    found: Holder | None = None
    for period in periods:
        if period.meets(first, last) and (found is None or period.holder.activated_at > found.activated_at):
            found = period.holder
    return found
