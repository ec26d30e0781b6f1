"""A simulated operator played day by day without a platform: what it would publish, and nothing persuaded."""

from collections.abc import Iterator
from datetime import date
from functools import cache

from services.intake.domain.simulator.operator import Operator
from services.intake.domain.simulator.truth import Leaving
from services.intake.domain.simulator.world import Plan, World
from shared.topic import Event

PLAN = Plan(seed=7, subscribers=150, first_day=date(2026, 1, 1), days=35)


def world(plan: Plan = PLAN) -> World:
    """Return a world that has not begun."""
    return World(plan=plan)


def backfill(lived: World) -> list[Event]:
    """Return what happened before the first day."""
    operator = Operator(lived)
    return [*operator.divisions(), *(event for batch in operator.history() for event in batch)]


def days(lived: World) -> Iterator[list[Event]]:
    """Play the rest of the days, and yield each."""
    operator = Operator(lived)
    while lived.day < lived.plan.days:
        yield [*operator.dawn(), *operator.daytime(), *operator.evening()]
        lived.day += 1


@cache
def played(plan: Plan = PLAN) -> tuple[Event, ...]:
    """Return all that an operator publishes of its days."""
    return tuple(event for day in days(world(plan)) for event in day)


@cache
def told_before(plan: Plan = PLAN) -> tuple[Event, ...]:
    """Return all that an operator publishes of the time before."""
    return tuple(backfill(world(plan)))


def leavers(plan: Plan = PLAN) -> list[Leaving]:
    """Return who is made to leave."""
    lived = world(plan)
    return [leaver for index in range(plan.subscribers) if (leaver := lived.leaver(index))]
