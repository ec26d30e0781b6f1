"""A simulated operator's events and people, for replays; made once for all tests."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from services.dispatch.domain.passdown import Member
from services.intake.domain.days import day_passed
from services.intake.domain.simulator.operator import Operator
from services.intake.domain.simulator.world import Plan, World
from services.warning.domain.operators import Network
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.signals import signals
from shared.events.call_detail_record import CallDetailRecord
from shared.events.region_defined import RegionDefined
from shared.roles import REPS
from shared.topic import Event

PLAN = Plan(seed=7, subscribers=220, first_day=date(2026, 1, 1), days=45)


@cache
def happened() -> tuple[Event, ...]:
    """Return all that the operator publishes, in the order in which it does."""
    world = World(plan=PLAN)
    operator = Operator(world)
    events = [*operator.divisions(), *(event for batch in operator.history() for event in batch)]
    while world.day < PLAN.days:
        events += [*operator.dawn(), *operator.daytime(), *operator.evening()]
        world.day += 1
    # Later on, so that the saves of these days come of age.
    return (*events, day_passed(world.today + timedelta(days=40)))


def roster() -> list[Member]:
    """Return who may work items."""
    people = Operator(World(plan=PLAN)).people()
    return [Member(person.staff_id, person.role, person.region) for person in people if person.role in REPS]


def archived(events: Iterable[Event]) -> Iterator[Event]:
    """Yield what the archive keeps of events that the rules hear: the sieve's signals instead of CDRs."""
    for event in events:
        if isinstance(event, CallDetailRecord):
            fields = {name: getattr(event, name) for name in Cdr.__struct_fields__}
            yield from signals([Cdr(**fields)], Network(), {})
        elif not isinstance(event, RegionDefined):
            yield event
