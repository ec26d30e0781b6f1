"""One of our numbers is dropped for a newer one's discount (内部转网): no customer is lost, but what they pay is.

A second number beside a living one says nothing: only with a sign that the older one is given up it is a switch.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Finding, Heard, Level, Outcome, Rule, clock
from services.warning.domain.siblings import SiblingActivated
from shared.calendar import start_of_month
from shared.events.bill_issued import BillIssued
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.suspension_changed import SuspensionChanged
from shared.policy import Days, Hours, Share

SIGNS_ZH = {"suspended": "主动停机", "bill_fell": "话费下降", "ended": "销户"}


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.internal_switch`."""

    window_days: Days = 90
    """The newer number began so long before or after the sign, at most."""
    fall_share_min: Share = 0.5
    """The older number's bill fell by at least this share of the one before."""
    actionable_hours: Hours = 7 * 24


class Sibling(Struct, frozen=True):
    """The newest other number of the customer."""

    subscription_id: str
    package: str
    activated_at: datetime


class Sign(Struct, frozen=True, kw_only=True):
    """What last spoke for the older number being given up."""

    kind: str
    at: datetime
    fall_share: float | None = None


class Memory(Struct, frozen=True, kw_only=True):
    """The newest sibling, the latest sign, the latest bill, and the siblings of which it was said."""

    sibling: Sibling | None = None
    sign: Sign | None = None
    bill: tuple[str, int] | None = None
    """Month and amount in fen."""
    told: tuple[str, ...] = ()


Fact = SiblingActivated | SuspensionChanged | BillIssued | SubscriptionRecorded


def step(memory: Memory, heard: Heard[Fact], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire once for a sibling, when it and a sign lie close together, whichever came first."""
    after = _remembered(memory, heard.event, limits)
    sibling, sign = after.sibling, after.sign
    if sibling is None or sign is None or sibling.subscription_id in after.told:
        return after, ()
    if abs(sign.at - sibling.activated_at) > timedelta(days=limits.window_days):
        return after, ()
    told = (*after.told, sibling.subscription_id)[-8:]
    said = Memory(sibling=sibling, sign=sign, bill=after.bill, told=told)
    return said, (_finding(sibling, sign, limits),)


def _remembered(memory: Memory, event: Fact, limits: Limits) -> Memory:
    sibling, sign, bill = memory.sibling, memory.sign, memory.bill
    match event:
        case SiblingActivated():
            if sibling is None or event.activated_at >= sibling.activated_at:
                sibling = Sibling(event.sibling_id, event.package, event.activated_at)
        case SuspensionChanged(kind="voluntary"):
            sign = Sign(kind="suspended", at=event.occurred_at) if event.action == "suspended" else None
        case SubscriptionRecorded() if event.ended_at:
            sign = Sign(kind="ended", at=event.ended_at)
        case BillIssued() if not event.part_month and (bill is None or event.month > bill[0]):
            sign = _fell(bill, event, limits) or sign
            bill = (event.month, event.amount_due_fen)
    return Memory(sibling=sibling, sign=sign, bill=bill, told=memory.told)


def _fell(before: tuple[str, int] | None, bill: BillIssued, limits: Limits) -> Sign | None:
    if before is None or before[1] <= 0:
        return None
    share = (before[1] - bill.amount_due_fen) / before[1]
    return (
        Sign(kind="bill_fell", at=start_of_month(bill.month), fall_share=share)
        if share >= limits.fall_share_min
        else None
    )


def _finding(sibling: Sibling, sign: Sign, limits: Limits) -> Finding:
    evidence = {
        "sibling_subscription_id": sibling.subscription_id,
        "sibling_package": sibling.package,
        "sibling_activated_at": clock(sibling.activated_at),
        "sign": sign.kind,
        "sign_at": clock(sign.at),
        "fall_share": sign.fall_share,
        "fall_share_min": limits.fall_share_min,
        "window_days": limits.window_days,
    }
    level = Level.ACT if sign.kind != "ended" else Level.WATCH
    return Finding(occasion=sibling.subscription_id, level=level, evidence=evidence)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say which package the customer moves to, and what shows it."""
    package, day, sign = evidence["sibling_package"], evidence["sibling_activated_at"][:10], evidence["sign"]
    words = {"suspended": "was suspended", "bill_fell": "pays much less", "ended": "was given up"}[sign]
    return (
        f"客户{day}新开号码（{package}），原号码{SIGNS_ZH[sign]}，疑似内部转网",
        f"The customer began a new number ({package}) on {day}, and this one {words}: probably an internal switch",
    )


RULE = Rule(
    id="internal_switch",
    requirement="W10",
    hears=(SiblingActivated, SuspensionChanged, BillIssued, SubscriptionRecorded),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "sibling_subscription_id": "S000002",
        "sibling_package": "tianyi_39",
        "sibling_activated_at": "2026-03-01T09:00:00+08:00",
        "sign": "bill_fell",
        "sign_at": "2026-03-01T00:00:00+08:00",
        "fall_share": 0.6,
        "fall_share_min": 0.5,
        "window_days": 90,
    },
    speaks_for={"competitor_tariff": 2},
)
