"""Arrears before they happen (欠费风险): credit nearly used up, a poor score, or a shock of a bill for data."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule, yuan
from shared.calendar import local_date
from shared.events.bill_issued import BillIssued
from shared.events.credit_assessed import CreditAssessed, CreditScore
from shared.policy import Factor, Hours, Price, Share

MONTHS_KEPT = 6


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.arrears_risk`."""

    used_share_min: Share = 0.8
    """So much of the credit limit is used."""
    used_share_act_now: Factor = 1.0
    score_max: CreditScore = 400
    """A score up to this is poor; with `poor_used_share_min` of the limit used it is a risk."""
    poor_used_share_min: Share = 0.5
    shock_fen_min: Price = 5_000
    """Charges for data beyond the package that a household notices."""
    shock_times_min: Factor = 2.0
    """So many times the mean of the months known before."""
    actionable_hours: Hours = 7 * 24


class Memory(Struct, frozen=True):
    """Charges for data by month, months whose shock was said, and the level last said of the credit."""

    data_fen: dict[str, int] = {}
    shocked: tuple[str, ...] = ()
    credit_level: int = 0


def step(
    memory: Memory, heard: Heard[CreditAssessed | BillIssued], limits: Limits
) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire when the credit runs out, and when a bill is a shock; clear when the credit is at ease again."""
    if isinstance(heard.event, BillIssued):
        return _billed(memory, heard.event, limits)
    return _assessed(memory, heard.event, limits)


def _assessed(memory: Memory, event: CreditAssessed, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    share = event.used_fen / event.credit_limit_fen if event.credit_limit_fen > 0 else float(event.used_fen > 0)
    level = _level(share, event.credit_score, limits)
    after = Memory(memory.data_fen, memory.shocked, level)
    if level == 0:
        return after, (Clearing("the credit is at ease again"),) if memory.credit_level else ()
    if level <= memory.credit_level:
        return memory, ()
    evidence = {
        "kind": "credit",
        "used_fen": event.used_fen,
        "credit_limit_fen": event.credit_limit_fen,
        "used_share": share,
        "used_share_min": limits.used_share_min,
        "used_share_act_now": limits.used_share_act_now,
        "credit_score": event.credit_score,
        "score_max": limits.score_max,
        "poor_used_share_min": limits.poor_used_share_min,
        "late_payments": event.late_payments,
        "day": local_date(event.occurred_at).isoformat(),
    }
    return after, (Finding(occasion=event.id, level=Level(level), evidence=evidence),)


def _level(share: float, score: int, limits: Limits) -> int:
    """Return the level, 0 for none."""
    if share >= limits.used_share_act_now:
        return Level.ACT_NOW
    if share >= limits.used_share_min:
        return Level.ACT
    return Level.WATCH if score <= limits.score_max and share >= limits.poor_used_share_min else 0


def _billed(memory: Memory, event: BillIssued, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    now = event.lines.data_fee_fen
    earlier = [memory.data_fen[month] for month in sorted(memory.data_fen) if month < event.month]
    known = memory.data_fen | {event.month: now}
    after = Memory({m: known[m] for m in sorted(known)[-MONTHS_KEPT:]}, memory.shocked, memory.credit_level)
    mean = sum(earlier) // len(earlier) if earlier else 0
    shock = now >= limits.shock_fen_min and now >= limits.shock_times_min * mean and bool(earlier)
    if not shock or event.month in memory.shocked:
        return after, ()
    evidence = {
        "kind": "bill_shock",
        "month": event.month,
        "data_fee_fen": now,
        "mean_before_fen": mean,
        "months_before": len(earlier),
        "shock_fen_min": limits.shock_fen_min,
        "shock_times_min": limits.shock_times_min,
    }
    said = Memory(after.data_fen, (*memory.shocked, event.month)[-MONTHS_KEPT:], memory.credit_level)
    return said, (Finding(occasion=f"shock:{event.month}", level=Level.ACT, evidence=evidence),)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say what makes arrears likely."""
    if evidence["kind"] == "bill_shock":
        month, now, mean = evidence["month"], yuan(evidence["data_fee_fen"]), yuan(evidence["mean_before_fen"])
        return (
            f"{month}套餐外流量费{now}元，此前月均{mean}元",
            f"Data beyond the package cost {now} yuan in {month}, {mean} yuan a month before",
        )
    share, score = f"{evidence['used_share']:.0%}", evidence["credit_score"]
    return f"信用额度已用{share}，信用分{score}", f"{share} of the credit limit is used, with a score of {score}"


RULE = Rule(
    id="arrears_risk",
    requirement="W13",
    version=2,
    hears=(CreditAssessed, BillIssued),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "kind": "credit",
        "used_fen": 17_000,
        "credit_limit_fen": 20_000,
        "used_share": 0.85,
        "used_share_min": 0.8,
        "used_share_act_now": 1.0,
        "credit_score": 520,
        "score_max": 400,
        "poor_used_share_min": 0.5,
        "late_payments": 1,
        "day": "2026-03-05",
    },
    speaks_for={"competitor_tariff": 2},
)
