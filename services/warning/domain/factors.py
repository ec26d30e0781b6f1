"""What last month's failed contacts were put down to (K2), as far as it bears on the likely reason (W18)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.calendar import month_of, months_before
from shared.region import CITY, COUNTY, PROVINCE, widened

TOLD_WITHIN = timedelta(days=1)
"""A month is told of on the day after it: so a fact of that day still goes by the month before it."""


class Factor(Struct, frozen=True, kw_only=True):
    """One reason's part in a month's failed contacts in a region."""

    month: str
    region: str
    reason: str
    count: int
    failures: int
    share: float


def month_learned_from(at: datetime) -> str:
    """Return the month whose factors count at a moment."""
    return months_before(month_of(at - TOLD_WITHIN), 1)


def regions_around(region: str) -> list[str]:
    """Return county, city and province of a path, narrowest first."""
    return list(dict.fromkeys(widened(region, depth) for depth in (COUNTY, CITY, PROVINCE)))


def learned(factors: Collection[Factor], region: str, at: datetime, failures_min: int) -> Sequence[Factor]:
    """Return the factors of the narrowest region around in which the month had so many failed contacts, by reason."""
    month = month_learned_from(at)
    for around in regions_around(region):
        found = [each for each in factors if (each.month, each.region) == (month, around)]
        if found and found[0].failures >= failures_min:
            return sorted(found, key=lambda each: each.reason)
    return ()
