"""The agent's assessment period ends (代理商考核期): a dealer is paid to keep the customer until then, not after."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Finding, Heard, Level, Outcome, Rule
from shared.calendar import days_before, local_date, months_later
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.policy import Days, Hours, Months


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.agent_assessment_end`."""

    assessment_months: Months = 6
    """How long after activation an agent is assessed by whether the number stays."""
    months_by_agent: dict[str, Months] = {}
    """Agents with another contract, by id."""
    ahead_days: Days = 15
    actionable_hours: Hours = 30 * 24


class Memory(Struct, frozen=True, kw_only=True):
    """Who brought the customer, and whether it was said."""

    agent_id: str | None = None
    """None: our own hall, or nothing is known yet."""
    activated_at: datetime | None = None
    told: bool = False


def step(
    memory: Memory, heard: Heard[SubscriptionRecorded | DayCame], limits: Limits
) -> tuple[Memory, tuple[Outcome, ...]]:
    """Remember the agent; fire once, some days before the end of the period, and no more once it is over."""
    event = heard.event
    if isinstance(event, SubscriptionRecorded):
        gone = event.agent_id is None or event.ended_at is not None
        agent = None if gone else event.agent_id
        return Memory(agent_id=agent, activated_at=event.activated_at, told=memory.told), ()
    ends_on = _ends_on(memory, limits)
    if memory.told or ends_on is None or event.day < days_before(ends_on, limits.ahead_days):
        return memory, ()
    after = Memory(agent_id=memory.agent_id, activated_at=memory.activated_at, told=True)
    return after, (_finding(memory, ends_on, event.day, limits),) if event.day <= ends_on else ()


def _ends_on(memory: Memory, limits: Limits) -> date | None:
    """Return the last day of the assessment; None: no agent is assessed by this number."""
    if memory.agent_id is None or memory.activated_at is None:
        return None
    months = limits.months_by_agent.get(memory.agent_id, limits.assessment_months)
    return months_later(local_date(memory.activated_at), months)


def _finding(memory: Memory, ends_on: date, day: date, limits: Limits) -> Finding:
    assert memory.activated_at is not None
    evidence = {
        "agent_id": memory.agent_id,
        "activated_on": local_date(memory.activated_at).isoformat(),
        "assessment_ends_on": ends_on.isoformat(),
        "day": day.isoformat(),
        "days_left": (ends_on - day).days,
        "ahead_days": limits.ahead_days,
    }
    return Finding(occasion=ends_on.isoformat(), level=Level.WATCH, evidence=evidence)


def due(memory: Memory, limits: Limits) -> date | None:
    """Return the day on which the end of the period draws near."""
    ends_on = None if memory.told else _ends_on(memory, limits)
    return days_before(ends_on, limits.ahead_days) if ends_on else None


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say whose period ends when."""
    agent, ends_on, left = evidence["agent_id"], evidence["assessment_ends_on"], evidence["days_left"]
    return (
        f"代理商{agent}的考核期将于{ends_on}结束（还有{left}天）",
        f"The assessment of agent {agent} for this number ends on {ends_on}, in {left} days",
    )


RULE = Rule(
    id="agent_assessment_end",
    requirement="W11",
    hears=(SubscriptionRecorded, DayCame),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "agent_id": "agent-07",
        "activated_on": "2025-09-20",
        "assessment_ends_on": "2026-03-20",
        "day": "2026-03-05",
        "days_left": 15,
        "ahead_days": 15,
    },
    speaks_for={"competitor_poaching": 2},
    due=due,
)
