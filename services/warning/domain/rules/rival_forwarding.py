"""Calls run on to another operator's number (呼转到其它运营商): the customer is already reachable elsewhere.

Heard twice: when the forwarding is set up, and from each call leg that runs on.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct, structs

from services.warning.domain import recurrence
from services.warning.domain.recurrence import Recurrence
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.signal_heard import SignalHeard
from shared.policy import Days, Hours, Times


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.rival_forwarding`."""

    window_days: Days = 30
    legs_to_act_now: Times = 3
    cooldown_days: Days = 30
    """A level once said is not said again within so many days."""
    actionable_hours: Hours = 72


class Memory(Struct, frozen=True):
    """Where calls run on to, and the legs that did."""

    forwarded_to: str | None = None
    """A rival's number; None: no forwarding to a rival is set."""
    legs: Recurrence = Recurrence()


def step(
    memory: Memory, heard: Heard[ForwardingChanged | SignalHeard], limits: Limits
) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire at the set-up, at the first leg, and when legs repeat; clear when the forwarding is removed."""
    if isinstance(heard.event, ForwardingChanged):
        return _changed(memory, heard.event, heard)
    if heard.event.kind == "rival_forwarded_leg":
        return _leg(memory, heard.event, limits)
    return memory, ()


def _changed(
    memory: Memory, event: ForwardingChanged, heard: Heard[ForwardingChanged | SignalHeard]
) -> tuple[Memory, tuple[Outcome, ...]]:
    to_rival = event.action == "registration" and heard.peer is not None and heard.peer.rival
    if not to_rival or heard.peer is None:
        cleared = (Clearing("forwarding to a rival removed"),) if memory.forwarded_to else ()
        return structs.replace(memory, forwarded_to=None), cleared
    if memory.forwarded_to == event.forwarded_to:
        return memory, ()
    level = Level.ACT_NOW if event.service == "unconditional" else Level.ACT
    evidence = {"way": "set_up", "operator": heard.peer.operator, "service": event.service, "legs": 0}
    return structs.replace(memory, forwarded_to=event.forwarded_to), (
        Finding(occasion=event.id, level=level, evidence=evidence),
    )


def _leg(memory: Memory, event: SignalHeard, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    legs, count = recurrence.seen(memory.legs, event.occurred_at, timedelta(days=limits.window_days))
    level = Level.ACT_NOW if count >= limits.legs_to_act_now else Level.ACT
    if not recurrence.worth_telling(legs, level, event.occurred_at, timedelta(days=limits.cooldown_days)):
        return structs.replace(memory, legs=legs), ()
    evidence = {
        "way": "leg",
        "operator": event.operator,
        "legs": count,
        "window_days": limits.window_days,
        "legs_to_act_now": limits.legs_to_act_now,
    }
    spoken = recurrence.told(legs, level, event.occurred_at)
    return structs.replace(memory, legs=spoken), (Finding(occasion=event.id, level=level, evidence=evidence),)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say whether it was set, or seen in use."""
    operator = evidence["operator"]
    if evidence["way"] == "set_up":
        return f"设置了呼转到其他运营商（{operator}）", f"Set up call forwarding to a number of {operator}"
    legs, days = evidence["legs"], evidence["window_days"]
    return (
        f"{days}天内{legs}次来电呼转到其他运营商（{operator}）",
        f"{legs} calls ran on to a number of {operator} within {days} days",
    )


RULE = Rule(
    id="rival_forwarding",
    requirement="W4",
    hears=(ForwardingChanged, SignalHeard),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={"way": "leg", "operator": "china_mobile", "legs": 3, "window_days": 30, "legs_to_act_now": 3},
    speaks_for={"competitor_poaching": 3, "competitor_tariff": 1},
)
