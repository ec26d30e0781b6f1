"""The customer stands on a list of the operator's own, for a reason and a time that the list tells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct, structs

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule
from shared.events.customer_listed import CustomerListed
from shared.policy import Hours

LISTS_KEPT = 16


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.operator_list`."""

    level: Level = Level.ACT
    """How soon somebody should act on any list."""
    actionable_hours: Hours = 30 * 24


class Listing(Struct, frozen=True, kw_only=True):
    """One time on one list."""

    first_day: date
    last_day: date


class Memory(Struct, frozen=True, kw_only=True):
    """The lists on which the customer stands, by their names."""

    lists: dict[str, Listing] = {}


def step(memory: Memory, heard: Heard[CustomerListed | DayCame], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire for each list and its first day, clear when the last of them is over."""
    event = heard.event
    if isinstance(event, DayCame):
        left = {name: each for name, each in memory.lists.items() if each.last_day > event.day}
        return Memory(lists=left), () if left or not memory.lists else (Clearing("the list's time is over"),)
    known = memory.lists.get(event.list_name)
    if known and known.first_day > event.first_day:
        return memory, ()
    listing = Listing(first_day=event.first_day, last_day=event.last_day)
    after = structs.replace(memory, lists=_latest(memory.lists | {event.list_name: listing}))
    if known and known.first_day == event.first_day:
        return after, ()
    evidence = {
        "list_name": event.list_name,
        "reason": event.reason,
        "first_day": event.first_day.isoformat(),
        "last_day": event.last_day.isoformat(),
    }
    occasion = f"{event.list_name}:{event.first_day}"
    return after, (Finding(occasion=occasion, level=limits.level, evidence=evidence),)


def due(memory: Memory, limits: Limits) -> date | None:
    """Return the last day of the list that ends first."""
    return min((each.last_day for each in memory.lists.values()), default=None)


def _latest(lists: Mapping[str, Listing]) -> dict[str, Listing]:
    """Return those that end last, as many as are kept."""
    ordered = sorted(lists.items(), key=lambda item: (item[1].last_day, item[0]))
    return dict(ordered[-LISTS_KEPT:])


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say which list, why and for how long."""
    name, first, last = evidence["list_name"], evidence["first_day"], evidence["last_day"]
    zh, en = (f"：{evidence['reason']}", f": {evidence['reason']}") if evidence["reason"] else ("", "")
    return f"列入名单“{name}”（{first}至{last}）{zh}", f"On the list {name}, {first} to {last}{en}"


RULE = Rule(
    id="operator_list",
    requirement="W16",
    hears=(CustomerListed, DayCame),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "list_name": "3月合约到期客户",
        "reason": "合约即将到期",
        "first_day": "2026-03-01",
        "last_day": "2026-03-31",
    },
    speaks_for={},
    due=due,
)
