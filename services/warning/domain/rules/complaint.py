"""A complaint, or dissatisfaction found on a return visit (投诉、不满意): the second one in a month is one too many."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule
from shared.events.complaint_recorded import ComplaintRecorded
from shared.policy import Days, Hours, Times

COMPLAINTS_KEPT = 32
CLASSES_ZH = {
    "special_number": "特殊号源",
    "handset_after_sales": "手机售后",
    "points_campaign": "积分活动",
    "marketing_policy": "营销政策",
    "network_quality": "网络质量",
    "billing": "计费",
    "service": "服务",
}


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.complaint`."""

    window_days: Days = 30
    complaints_to_act_now: Times = 2
    actionable_hours: Hours = 7 * 24


class Memory(Struct, frozen=True):
    """The complaints of the window, by id, with when they came in; and those that still rankle."""

    received: dict[str, datetime] = {}
    open: tuple[str, ...] = ()


def step(memory: Memory, heard: Heard[ComplaintRecorded], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire at each complaint and at each that was closed against the customer's mind; clear when all are settled."""
    event = heard.event
    if event.state == "settled":
        still = tuple(id_ for id_ in memory.open if id_ != event.complaint_id)
        done = bool(memory.open) and not still
        return Memory(memory.received, still), (Clearing("the complaint was settled"),) if done else ()
    if event.state == "received" and event.complaint_id in memory.received:
        return memory, ()
    after = _with(memory, event, limits)
    count = sum(
        event.occurred_at - timedelta(days=limits.window_days) < at <= event.occurred_at
        for at in after.received.values()
    )
    return after, (_finding(event, max(count, 1), limits),)


def _with(memory: Memory, event: ComplaintRecorded, limits: Limits) -> Memory:
    since = event.occurred_at - timedelta(days=limits.window_days)
    received = {event.complaint_id: event.occurred_at} | memory.received
    kept = sorted(((at, id_) for id_, at in received.items() if at > since), reverse=True)[:COMPLAINTS_KEPT]
    still = (*(id_ for id_ in memory.open if id_ != event.complaint_id), event.complaint_id)
    return Memory({id_: at for at, id_ in sorted(kept)}, still[-COMPLAINTS_KEPT:])


def _finding(event: ComplaintRecorded, count: int, limits: Limits) -> Finding:
    evidence = {
        "complaint_id": event.complaint_id,
        "complaint_class": event.complaint_class,
        "state": event.state,
        "complaints": count,
        "window_days": limits.window_days,
        "complaints_to_act_now": limits.complaints_to_act_now,
    }
    urgent = count >= limits.complaints_to_act_now or event.state == "unsettled"
    level = Level.ACT_NOW if urgent else Level.ACT
    return Finding(occasion=f"{event.complaint_id}:{event.state}", level=level, evidence=evidence)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say what about, and how often."""
    about, days, count = evidence["complaint_class"], evidence["window_days"], evidence["complaints"]
    if evidence["state"] == "unsettled":
        return f"客户对{CLASSES_ZH[about]}投诉的处理不满意", f"Not content with the answer to a complaint about {about}"
    return (
        f"客户投诉{CLASSES_ZH[about]}，{days}天内第{count}次",
        f"Complained about {about}, complaint {count} within {days} days",
    )


RULE = Rule(
    id="complaint",
    requirement="W12",
    hears=(ComplaintRecorded,),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "complaint_id": "T2026-000001",
        "complaint_class": "billing",
        "state": "received",
        "complaints": 2,
        "window_days": 30,
        "complaints_to_act_now": 2,
    },
    speaks_for={"service_dissatisfaction": 3},
)
