"""A month's failure factors (K2), as they are handed on to the next month: by county, city and province."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from shared.calendar import month_of, start_of
from shared.events.failure_factor import FailureFactor
from shared.ids import derived_id
from shared.region import CITY, COUNTY, PROVINCE, widened

DIGITS = 4


def month_ended(day: date) -> str | None:
    """Return the month whose last day `day` is; None: it goes on."""
    month, next_day = day.strftime("%Y-%m"), start_of(day + timedelta(days=1))
    return month if month_of(next_day) != month else None


def factors_of(month: str, ended_on: date, counted: Mapping[tuple[str, str], int]) -> list[FailureFactor]:
    """Return what failures by county and reason come to in each region, by region and reason."""
    counts = Counter[tuple[str, str]]()
    for (county, reason), count in counted.items():
        for region in _around(county):
            counts[region, reason] += count
    failures = Counter[str]()
    for (region, _), count in counts.items():
        failures[region] += count
    return [
        FailureFactor(
            id=derived_id("failure_factor", month, region, reason),
            occurred_at=start_of(ended_on + timedelta(days=1)),
            month=month,
            region=region,
            reason=reason,
            count=count,
            failures=failures[region],
            share=round(count / failures[region], DIGITS),
        )
        for (region, reason), count in sorted(counts.items())
        if count > 0
    ]


def _around(county: str) -> Iterable[str]:
    """Return the regions that a county lies in, itself included, each once."""
    return dict.fromkeys(widened(county, depth) for depth in (PROVINCE, CITY, COUNTY))
