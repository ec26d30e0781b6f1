"""How the customer pays has changed (缴费行为): ever later, late where once paid ahead, or less at each top-up.

A bill that leaves a debt is settled by the payment after which nothing is owed. A payment while nothing is owed is a
top-up: it pays ahead.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule, yuan
from shared.calendar import local_date
from shared.events.bill_issued import BillIssued
from shared.events.payment_received import PaymentReceived
from shared.policy import Days, Hours, Price, Share

KEPT = 12
Row = Annotated[int, Meta(ge=2, le=KEPT)]
Kind = Literal["later", "no_longer_ahead", "less"]


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.payment_behaviour`."""

    in_a_row: Row = 3
    """So many settled bills, or top-ups, each worse than the one before; so many top-ups make who pays ahead."""
    late_days_min: Days = 10
    """A bill that is settled so long after its issue is late."""
    later_days_min: Days = 5
    """From the first to the last of the row the customer took so many days longer."""
    top_up_fen_min: Price = 3_000
    """Smaller top-ups than this are no habit that could shrink."""
    shrunk_share_max: Share = 0.6
    """The last top-up of the row is at most this share of the first."""
    actionable_hours: Hours = 14 * 24


class Memory(Struct, frozen=True, kw_only=True):
    """How the customer paid so far, the latest last."""

    owed_since: date | None = None
    """The day of the oldest bill that is not settled; None: nothing is owed."""
    lags_days: tuple[int, ...] = ()
    """From each bill's issue to its settlement."""
    top_ups_fen: tuple[int, ...] = ()
    """Since a debt was last settled."""
    said: Kind | None = None


def step(
    memory: Memory, heard: Heard[BillIssued | PaymentReceived | DayCame], limits: Limits
) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire when the row of payments has become bad, clear when the customer pays as before."""
    event = heard.event
    match event:
        case DayCame():
            return _waited(memory, event, limits)
        case BillIssued():
            since = memory.owed_since or (local_date(event.occurred_at) if event.remaining_fen > 0 else None)
            return structs.replace(memory, owed_since=since), ()
        case PaymentReceived() if memory.owed_since:
            return _paid(memory, event, memory.owed_since, limits)
    return _topped_up(memory, event, limits)


def due(memory: Memory, limits: Limits) -> date | None:
    """Return the day on which a debt of somebody who paid ahead becomes late."""
    if not memory.owed_since or not _expected_ahead(memory, limits):
        return None
    return memory.owed_since + timedelta(days=limits.late_days_min)


def _waited(memory: Memory, event: DayCame, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    if not memory.owed_since or not _expected_ahead(memory, limits):
        return memory, ()
    return _no_longer_ahead(memory, memory.owed_since, event.day, limits)


def _paid(memory: Memory, event: PaymentReceived, since: date, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Take a payment of a debt; one that leaves some of it, or was made before it, settles nothing."""
    day = local_date(event.occurred_at)
    if event.remaining_fen > 0 or day < since:
        return memory, ()
    lag = (day - since).days
    settled = Memory(lags_days=(*memory.lags_days, lag)[-KEPT:], said=memory.said)
    if lag < limits.late_days_min:
        return structs.replace(settled, said=None), (Clearing("paid in time again"),) if memory.said else ()
    if _expected_ahead(memory, limits):
        said, findings = _no_longer_ahead(memory, since, day, limits)
        return structs.replace(settled, said=said.said), findings
    return _later(settled, event, limits)


def _later(memory: Memory, event: PaymentReceived, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    row = memory.lags_days[-limits.in_a_row :]
    grew = all(earlier < later for earlier, later in pairwise(row)) and row[-1] - row[0] >= limits.later_days_min
    if memory.said in ("later", "no_longer_ahead") or len(row) < limits.in_a_row or not grew:
        return memory, ()
    evidence = {
        "kind": "later",
        "lags_days": list(row),
        "late_days_min": limits.late_days_min,
        "later_days_min": limits.later_days_min,
        "day": local_date(event.occurred_at).isoformat(),
    }
    return structs.replace(memory, said="later"), (Finding(occasion=event.id, level=Level.ACT, evidence=evidence),)


def _no_longer_ahead(memory: Memory, since: date, day: date, limits: Limits) -> tuple[Memory, tuple[Finding, ...]]:
    late = (day - since).days
    if late < limits.late_days_min:
        return memory, ()
    evidence = {
        "kind": "no_longer_ahead",
        "top_ups_fen": list(memory.top_ups_fen[-limits.in_a_row :]),
        "owed_since": since.isoformat(),
        "day": day.isoformat(),
        "late_days": late,
        "late_days_min": limits.late_days_min,
    }
    finding = Finding(occasion=f"no_longer_ahead:{since}", level=Level.ACT, evidence=evidence)
    return structs.replace(memory, said="no_longer_ahead"), (finding,)


def _topped_up(memory: Memory, event: PaymentReceived, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    kept = structs.replace(memory, top_ups_fen=(*memory.top_ups_fen, event.amount_fen)[-KEPT:])
    row = kept.top_ups_fen[-limits.in_a_row :]
    if memory.said == "less" and row[-1] >= max(row):
        return structs.replace(kept, said=None), (Clearing("topped up as before"),)
    if memory.said or not _shrank(row, limits):
        return kept, ()
    evidence = {
        "kind": "less",
        "top_ups_fen": list(row),
        "shrunk_share": row[-1] / row[0],
        "shrunk_share_max": limits.shrunk_share_max,
        "top_up_fen_min": limits.top_up_fen_min,
        "day": local_date(event.occurred_at).isoformat(),
    }
    return structs.replace(kept, said="less"), (Finding(occasion=event.id, level=Level.WATCH, evidence=evidence),)


def _shrank(row: tuple[int, ...], limits: Limits) -> bool:
    if len(row) < limits.in_a_row or row[0] < limits.top_up_fen_min:
        return False
    return all(earlier > later for earlier, later in pairwise(row)) and row[-1] <= limits.shrunk_share_max * row[0]


def _expected_ahead(memory: Memory, limits: Limits) -> bool:
    """Tell whether the customer paid ahead so far, and nobody said yet that this is over."""
    return len(memory.top_ups_fen) >= limits.in_a_row and memory.said != "no_longer_ahead"


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say how paying changed."""
    match evidence["kind"]:
        case "later":
            lags = evidence["lags_days"]
            told = "、".join(map(str, lags)), ", ".join(map(str, lags))
            return f"缴费越来越晚：出账后{told[0]}天才缴清", f"Bills are settled ever later: after {told[1]} days"
        case "no_longer_ahead":
            late = evidence["late_days"]
            return f"原为预存缴费，现欠费{late}天", f"Paid ahead before, now owes for {late} days"
    first, last = yuan(evidence["top_ups_fen"][0]), yuan(evidence["top_ups_fen"][-1])
    return f"充值金额逐次减少：由{first}元降至{last}元", f"Top-ups shrink: from {first} to {last} yuan"


RULE = Rule(
    id="payment_behaviour",
    requirement="W20",
    hears=(BillIssued, PaymentReceived, DayCame),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "kind": "later",
        "lags_days": [3, 9, 16],
        "late_days_min": 10,
        "later_days_min": 5,
        "day": "2026-03-18",
    },
    speaks_for={"competitor_tariff": 1, "service_dissatisfaction": 1},
    due=due,
)
