"""From a fact about a customer to increments: every measure that hears it takes its step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import Struct

from services.kpi.domain.measure import AnyMeasure, Increment
from shared.policy import EVERYWHERE, PolicyBook
from shared.topic import Event

Memory = Mapping[str, Struct]
"""What each measure remembers of one customer, by measure; one that heard nothing yet has none."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is remembered from now on, and what is added where."""

    memory: Memory
    increments: tuple[tuple[str, Increment], ...]
    """Measure and increment."""


def count(measures: Sequence[AnyMeasure], policy: PolicyBook, memory: Memory, event: Event) -> Counted:
    """Let every measure that hears `event` take its step."""
    after: dict[str, Struct] = dict(memory)
    added: list[tuple[str, Increment]] = []
    for measure in measures:
        if isinstance(event, measure.hears):
            limits = _limits(policy, measure, event)
            before = memory.get(measure.id, measure.fresh)
            after[measure.id], increments = measure.step(before, event, limits)
            added.extend((measure.id, increment) for increment in increments)
    return Counted(after, tuple(added))


def due_on(measures: Sequence[AnyMeasure], memory: Memory) -> date | None:
    """Return the first day that some measure waits for."""
    days = [measure.due(memory[measure.id]) for measure in measures if measure.id in memory]
    return min((day for day in days if day is not None), default=None)


def _limits(policy: PolicyBook, measure: AnyMeasure, event: Event) -> Any:
    region = getattr(event, "region", EVERYWHERE)
    return policy.resolve(f"kpi.{measure.id}", measure.limits, region, event.occurred_at).value
