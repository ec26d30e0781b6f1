"""The measures and ratios that are here: a file in their folders is all it takes."""

from functools import cache

from services.kpi.domain import measures, ratios
from services.kpi.domain.measure import AnyMeasure, Measure, Ratio
from shared.folder import entries
from shared.topic import Event


@cache
def all_measures() -> tuple[AnyMeasure, ...]:
    """Return every measure, by file name.

    Raises:
        TypeError: a file has no MEASURE.
    """
    return tuple(entries(measures, "MEASURE", Measure).values())


@cache
def all_ratios() -> tuple[Ratio, ...]:
    """Return every ratio, by file name.

    Raises:
        TypeError: a file has no RATIO.
    """
    return tuple(entries(ratios, "RATIO", Ratio).values())


def heard_kinds() -> tuple[type[Event], ...]:
    """Return every kind of fact that some measure hears."""
    return tuple(dict.fromkeys(kind for measure in all_measures() for kind in measure.hears))
