"""The customer had the service stopped (主动停机): often the step before giving the number up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule, clock
from shared.events.suspension_changed import SuspensionChanged
from shared.policy import Hours


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.voluntary_suspension`."""

    actionable_hours: Hours = 14 * 24


class Memory(Struct, frozen=True):
    """Since when the service stands still."""

    since: datetime | None = None
    """None: it is in service."""


def step(memory: Memory, heard: Heard[SuspensionChanged], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire when the service stops, clear when it comes back."""
    event = heard.event
    if event.kind != "voluntary":
        return memory, ()
    if event.action == "resumed":
        return Memory(), (Clearing("service resumed"),) if memory.since else ()
    if memory.since:
        return memory, ()
    evidence = {"suspended_at": clock(event.occurred_at)}
    return Memory(event.occurred_at), (Finding(occasion=event.id, level=Level.ACT_NOW, evidence=evidence),)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say when it stopped."""
    day = evidence["suspended_at"][:10]
    return f"客户于{day}主动停机", f"The customer had the service suspended on {day}"


RULE = Rule(
    id="voluntary_suspension",
    requirement="W1",
    hears=(SuspensionChanged,),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={"suspended_at": "2026-03-05T10:00:00+08:00"},
    speaks_for={"service_dissatisfaction": 2, "work_environment": 2},
)
