"""Usage days as the sieve tells them."""

from datetime import date, timedelta

from shared.calendar import start_of
from shared.events.usage_day import UsageDay
from shared.ids import derived_id
from tests.support.builders import NUMBER


def used(day: date, calls: int = 1, version: int = 1, number: str = NUMBER, **fields: object) -> UsageDay:
    """Return a day of so many calls."""
    told = {
        "id": derived_id("usage_day", number, day.isoformat(), str(version)),
        "occurred_at": start_of(day + timedelta(days=1)),
        "calls_in": 0,
        "seconds_out": 0,
        "seconds_in": 0,
        "messages": 1,
        "bytes": 7,
        "own_net_calls": 0,
        "other_net_calls": 0,
    }
    return UsageDay(msisdn=number, day=day, version=version, calls_out=calls, **(told | fields))  # type: ignore[arg-type]
