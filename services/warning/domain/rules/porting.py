"""The number is on its way to another operator (携号转网): the enquiry is the last moment to speak.

After the application nobody may push the customer to stay; dispatch's gate sees to that.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule, clock
from shared.events.porting_progressed import PortingProgressed
from shared.policy import Hours

AT_WORK = ("enquiry", "application")
ENDS = {"lapsed": "the porting lapsed", "ported_out": "the number has left"}


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.porting`."""

    repeat_hours: Hours = 72
    """The same step again within so many hours is not said again."""
    actionable_hours: Hours = 24
    """The race: from the enquiry to the application."""


class Memory(Struct, frozen=True):
    """The step last said, and when."""

    step: str | None = None
    """None: nothing is going on."""
    at: datetime | None = None


def step(memory: Memory, heard: Heard[PortingProgressed], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire at the enquiry and at the application, clear when it lapses."""
    event = heard.event
    if event.step in ENDS:
        return Memory(), (Clearing(ENDS[event.step]),) if memory.step else ()
    if event.step not in AT_WORK or _said(memory, event, limits):
        return memory, ()
    evidence = {"step": event.step, "to_operator": event.to_operator, "at": clock(event.occurred_at)}
    finding = Finding(occasion=event.id, level=Level.ACT_NOW, evidence=evidence)
    return Memory(event.step, event.occurred_at), (finding,)


def _said(memory: Memory, event: PortingProgressed, limits: Limits) -> bool:
    if memory.at is None or memory.step is None:
        return False
    went_on = AT_WORK.index(event.step) > AT_WORK.index(memory.step)
    return not went_on and event.occurred_at - memory.at < timedelta(hours=limits.repeat_hours)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say how far it is."""
    moment = evidence["at"][:16].replace("T", " ")
    if evidence["step"] == "enquiry":
        return f"客户于{moment}查询携号转网资格（CXXZ）", f"The customer enquired about porting the number at {moment}"
    return (
        f"客户于{moment}申请携号转网（SQXZ），不得挽留",
        f"Applied to port the number at {moment}: no retention",
    )


RULE = Rule(
    id="porting",
    requirement="W7",
    hears=(PortingProgressed,),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={"step": "enquiry", "to_operator": "china_mobile", "at": "2026-03-05T10:00:00+08:00"},
    speaks_for={"competitor_tariff": 2, "competitor_poaching": 2},
)
