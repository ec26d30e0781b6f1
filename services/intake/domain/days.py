"""The passing of a day, as everybody hears of it."""

from datetime import date, timedelta

from shared.calendar import start_of
from shared.events.day_passed import DayPassed
from shared.ids import derived_id


def day_passed(day: date) -> DayPassed:
    """Return the event of a day's passing: the same day is the same event, whoever tells it."""
    midnight = start_of(day + timedelta(days=1))
    return DayPassed(id=derived_id("day_passed", day.isoformat()), occurred_at=midnight, day=day)
