"""A simulated day in the parts in which it is published: dawn, day, evening. Each is drained before the next begins."""

from collections.abc import Iterator
from datetime import timedelta

from services.intake.domain.days import day_passed
from services.intake.domain.simulator import history, signs, traffic
from services.intake.domain.simulator.base import Subscriber
from services.intake.domain.simulator.cast import all_episodes
from services.intake.domain.simulator.episode import Act
from services.intake.domain.simulator.history import ISSUE_DAY
from services.intake.domain.simulator.world import World
from shared.calendar import month_of, months_before, start_of
from shared.topic import Event


def dawn(world: World) -> Iterator[Event]:
    """Yield that yesterday passed, and on the second of a month everybody's bill."""
    yield day_passed(world.today - timedelta(days=1))
    if world.today.day == ISSUE_DAY:
        yield from history.bills(world, months_before(month_of(start_of(world.today)), 1))


def daytime(world: World) -> list[Event]:
    """Return today's traffic, payments and signs of leaving, in the order of their times."""
    return sorted(_daytime(world), key=lambda event: (event.occurred_at, event.id))


def evening(world: World) -> list[Event]:
    """Return who left this evening."""
    return [event for index in range(world.plan.subscribers) for event in _evening(world, index)]


def _daytime(world: World) -> Iterator[Event]:
    for index in range(world.plan.subscribers):
        if world.gone(index, world.today):
            continue
        who, leaver = world.who(index), world.leaver(index)
        yield from _played(world, who)
        if paid := traffic.payment(world, who):
            yield paid
        yield from signs.by_day(world, leaver, who) if leaver else signs.false_alarms(world, who)


def _played(world: World, who: Subscriber) -> Iterator[Event]:
    """Yield traffic, and what shows of a part in an episode."""
    part = world.part(who.index)
    if part is None:
        yield from traffic.cdrs(world, who)
        return
    episode, act = all_episodes()[part.episode], Act(who, part, world.today)
    yield from episode.shows(act)
    caller = episode.calls_as(act)
    if caller:
        yield from traffic.cdrs(world, caller)


def _evening(world: World, index: int) -> Iterator[Event]:
    leaver = world.leaver(index)
    if leaver:
        yield from signs.by_evening(world, leaver, world.who(index))
