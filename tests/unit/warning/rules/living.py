"""One rule alone, as days go by: it is asked on the days that it named, or, to see that those suffice, on every day."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from services.warning.domain.day_came import DayCame, day_came
from services.warning.domain.rule import Clearing, Heard, Level, Outcome, Rule
from shared.calendar import days, local_date
from shared.topic import SubscriberEvent
from tests.unit.warning.holders import HOLDER

AnyRule = Rule[Any, Any, Any]
Said = list[tuple[date, Level | str]]
"""Local day of the fact, or the day that was over; and what was said."""


def lived(
    rule: AnyRule, facts: Sequence[SubscriberEvent], until: date, limits: Struct | None = None, daily: bool = False
) -> Said:
    """Return what the rule says of `facts` and of the days up to `until`."""
    memory, said, limits = rule.fresh, [], limits or rule.limits
    for fact in _in_order(facts, until):
        due = rule.due(memory, limits)
        if isinstance(fact, DayCame) and not daily and (due is None or due > fact.day):
            continue
        memory, outcomes = rule.step(memory, Heard(fact), limits)
        said += [(_day_of(fact), _short(outcome)) for outcome in outcomes]
    return said


def _in_order(facts: Sequence[SubscriberEvent], until: date) -> Iterator[SubscriberEvent]:
    """Yield each day's facts and then that it is over."""
    first = local_date(min(fact.occurred_at for fact in facts))
    for day in days(first, (until - first) // timedelta(days=1) + 1):
        yield from (fact for fact in facts if local_date(fact.occurred_at) == day)
        yield day_came(HOLDER, day)


def _day_of(fact: SubscriberEvent) -> date:
    return fact.day if isinstance(fact, DayCame) else local_date(fact.occurred_at)


def _short(outcome: Outcome) -> Level | str:
    return "cleared" if isinstance(outcome, Clearing) else outcome.level
