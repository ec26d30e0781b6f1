"""The customer called another operator's hotline (呼叫其他运营商客服电话): asking what they would pay there."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from services.warning.domain import recurrence
from services.warning.domain.recurrence import Recurrence
from services.warning.domain.rule import Finding, Heard, Level, Outcome, Rule
from shared.events.signal_heard import SignalHeard
from shared.policy import Days, Hours, Times


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.rival_hotline`."""

    window_days: Days = 30
    calls_to_act: Times = 2
    calls_to_act_now: Times = 4
    cooldown_days: Days = 30
    """A level once said is not said again within so many days."""
    actionable_hours: Hours = 7 * 24


def step(memory: Recurrence, heard: Heard[SignalHeard], limits: Limits) -> tuple[Recurrence, tuple[Outcome, ...]]:
    """Fire at the first call, and again whenever the calls within the window reach the next level."""
    event = heard.event
    if event.kind != "rival_hotline":
        return memory, ()
    after, calls = recurrence.seen(memory, event.occurred_at, timedelta(days=limits.window_days))
    level = _level(calls, limits)
    if not recurrence.worth_telling(after, level, event.occurred_at, timedelta(days=limits.cooldown_days)):
        return after, ()
    evidence = {
        "operator": event.operator,
        "hotline": event.peer,
        "calls": calls,
        "window_days": limits.window_days,
        "calls_to_act": limits.calls_to_act,
        "calls_to_act_now": limits.calls_to_act_now,
        "duration_s": event.duration_s,
    }
    finding = Finding(occasion=event.id, level=level, evidence=evidence)
    return recurrence.told(after, level, event.occurred_at), (finding,)


def _level(calls: int, limits: Limits) -> Level:
    if calls >= limits.calls_to_act_now:
        return Level.ACT_NOW
    return Level.ACT if calls >= limits.calls_to_act else Level.WATCH


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say whose hotline, how often."""
    hotline, calls, days = evidence["hotline"], evidence["calls"], evidence["window_days"]
    return (
        f"{days}天内{calls}次拨打{hotline}（其他运营商客服）",
        f"Called {hotline}, a hotline of {evidence['operator']}, {calls} times within {days} days",
    )


RULE = Rule(
    id="rival_hotline",
    requirement="W5",
    hears=(SignalHeard,),
    limits=Limits(),
    fresh=Recurrence(),
    step=step,
    explain=explain,
    example={
        "operator": "china_mobile",
        "hotline": "10086",
        "calls": 2,
        "window_days": 30,
        "calls_to_act": 2,
        "calls_to_act_now": 4,
        "duration_s": 95,
    },
    speaks_for={"competitor_tariff": 3, "competitor_handset": 1},
)
