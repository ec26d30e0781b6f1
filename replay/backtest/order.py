"""The two orders of a trial: as things arrived, for what ran; as they happened, for what might have."""

from collections.abc import Callable
from typing import Any

from replay.backtest.past import Fact

Order = Callable[[Fact], Any]
"""A fact to its place, which compares with every other place of the same order."""


def arrival(fact: Fact) -> int:
    """Return when a fact came."""
    return fact.arrived


def happening(fact: Fact) -> tuple[Any, str, str]:
    """Return when a fact happened; what happened at once is ordered by its topic and id, whenever it arrived."""
    # A use is known by its place and day; two versions of one day may stand in either order.
    return fact.event.occurred_at, fact.topic, getattr(fact.event, "id", "")
