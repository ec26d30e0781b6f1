"""The days that are looked back at once a day has passed, and what is told of what was found."""

from datetime import date, datetime, timedelta

import msgspec
from msgspec import Struct

from services.warning.domain.reentry.find import Reentry
from services.warning.domain.reentry.profiles import WINDOW_DAYS_MAX
from services.warning.domain.usage import SETTLING
from shared.calendar import start_of
from shared.events.reentry_found import Likeness, ReentryFound

NEW_DAYS = 30
"""Numbers activated in so many days are new: as long as a customer may be silent before coming back."""
LATE_DAYS = 7
"""Days are kept for so much longer than they are looked at, so that a week's outage loses none."""
KEPT = timedelta(days=WINDOW_DAYS_MAX + LATE_DAYS) + SETTLING


class Window(Struct, frozen=True):
    """What is looked at after `passed` is over: the days whose tallies have settled."""

    passed: date

    @property
    def until(self) -> date:
        """Return the last day that is looked at."""
        return self.passed - SETTLING

    @property
    def since(self) -> date:
        """Return the first day that is looked at."""
        return self.until - timedelta(days=WINDOW_DAYS_MAX - 1)

    @property
    def ended_at(self) -> datetime:
        """Return the midnight after the day that passed."""
        return start_of(self.passed + timedelta(days=1))

    @property
    def activated(self) -> tuple[datetime, datetime]:
        """Return from when to before when a number was activated that counts as new."""
        return start_of(self.until - timedelta(days=NEW_DAYS - 1)), start_of(self.until + timedelta(days=1))

    def place(self, day: date) -> int:
        """Return the place of `day` in the window."""
        return (day - self.since).days


def told_of(found: Reentry, at: datetime) -> ReentryFound | None:
    """Return what the old number's rules hear; None: a dealer's number is nobody's come back."""
    if found.old is None or found.kind == "dealer_pattern":
        return None
    return ReentryFound(
        id=found.id,
        occurred_at=at,
        msisdn=found.old,
        kind=found.kind,
        new_msisdn=found.new,
        began_on=found.began_on,
        evidence=msgspec.convert(found.evidence, Likeness),
    )
