"""Service was stopped for arrears (欠费停机): one-way first, then the number is dead, and the customer with it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule, clock
from shared.events.suspension_changed import SuspensionChanged
from shared.policy import Hours

LEVELS = {"arrears_one_way": Level.ACT, "arrears_two_way": Level.ACT_NOW}


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.arrears_suspension`."""

    actionable_hours: Hours = 14 * 24


class Memory(Struct, frozen=True):
    """How far the service is stopped."""

    level: int = 0
    """0: in service, 2: one-way, 3: two-way."""


def step(memory: Memory, heard: Heard[SuspensionChanged], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire at each tightening, clear when service comes back."""
    event = heard.event
    level = LEVELS.get(event.kind)
    if level is None:
        return memory, ()
    if event.action == "resumed":
        return Memory(), (Clearing("service resumed"),) if memory.level else ()
    if level <= memory.level:
        return memory, ()
    evidence = {"kind": event.kind, "suspended_at": clock(event.occurred_at)}
    return Memory(level), (Finding(occasion=event.id, level=level, evidence=evidence),)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say which way it is stopped."""
    day = evidence["suspended_at"][:10]
    if evidence["kind"] == "arrears_two_way":
        return f"客户于{day}因欠费双向停机", f"Service has been dead both ways for arrears since {day}"
    return f"客户于{day}因欠费单向停机（不能呼出）", f"The customer has been unable to call for arrears since {day}"


RULE = Rule(
    id="arrears_suspension",
    requirement="W3",
    hears=(SuspensionChanged,),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={"kind": "arrears_one_way", "suspended_at": "2026-03-05T10:00:00+08:00"},
    speaks_for={"competitor_tariff": 1, "arbitrary_sp_charges": 1},
)
