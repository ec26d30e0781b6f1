"""The bill fell steeply (话费陡降): the customer may already be spending elsewhere.

A month's bill is held against the mean of the billed months before it, as many as policy says and as are known. A late
or corrected bill is held again, and so is every later month that it is a baseline of.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule, yuan
from shared.events.bill_issued import BillIssued
from shared.policy import Hours, Months, Price, Share

MONTHS_KEPT = 13


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.steep_bill_drop`."""

    fall_share_min: Share = 0.3
    """The bill fell by at least this share of its baseline."""
    act_now_share_min: Share = 0.5
    """From this share on nobody should wait."""
    baseline_months: Months = 3
    """The baseline is the mean of up to so many billed months before."""
    baseline_min_fen: Price = 5_000
    """A smaller baseline says nothing."""
    part_months_count: bool = False
    """Whether a month in which the number was not in service throughout counts, as bill and as baseline."""
    actionable_hours: Hours = 30 * 24


class Bill(Struct, frozen=True):
    """What a month's bill came to."""

    amount_fen: int
    part_month: bool
    version: int


class Memory(Struct, frozen=True):
    """The bills by month, the months of which was said that they fell, and the last of these that nothing cleared."""

    bills: dict[str, Bill] = {}
    fallen: tuple[str, ...] = ()
    open: str | None = None


def step(memory: Memory, heard: Heard[BillIssued], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Hold the bill's month, and each later one, against the months before it."""
    bill = heard.event
    known = memory.bills.get(bill.month)
    if known and known.version >= bill.version:
        return memory, ()
    bills = _kept(memory.bills | {bill.month: Bill(bill.amount_due_fen, bill.part_month, bill.version)})
    held = {month: _held(month, bills, limits) for month in bills if month >= bill.month}
    fell = [month for month, evidence in held.items() if evidence and evidence["fell"] and month not in memory.fallen]
    still = max([*fell, memory.open or ""]) or None
    back = _recovered(still, bills, limits)
    after = Memory(bills, _kept_months((*memory.fallen, *fell)), None if back else still)
    return after, (*(_finding(month, held[month] or {}, limits) for month in fell), *back)


def _held(month: str, bills: Mapping[str, Bill], limits: Limits) -> dict[str, Any] | None:
    """Return what was compared for `month`; None: it has no baseline, or does not count."""
    counted = _counted(bills, limits)
    earlier = sorted(m for m in counted if m < month)[-limits.baseline_months :]
    if month not in counted or not earlier:
        return None
    baseline = sum(counted[m] for m in earlier) // len(earlier)
    if baseline < limits.baseline_min_fen:
        return None
    return {
        "month": month,
        "amount_fen": counted[month],
        "baseline_fen": baseline,
        "baseline_months": earlier,
        "fall_share": _share(baseline, counted[month]),
        "fall_share_min": limits.fall_share_min,
        "fell": _fell(baseline, counted[month], limits),
    }


def _counted(bills: Mapping[str, Bill], limits: Limits) -> dict[str, int]:
    return {m: bill.amount_fen for m, bill in bills.items() if limits.part_months_count or not bill.part_month}


def _share(baseline_fen: int, amount_fen: int) -> float:
    # One division of whole numbers: exact at the boundary, where 1 - amount / baseline is a rounding off.
    return (baseline_fen - amount_fen) / baseline_fen


def _fell(baseline_fen: int, amount_fen: int, limits: Limits) -> bool:
    return _share(baseline_fen, amount_fen) >= limits.fall_share_min


def _finding(month: str, evidence: dict[str, Any], limits: Limits) -> Finding:
    level = Level.ACT_NOW if evidence["fall_share"] >= limits.act_now_share_min else Level.ACT
    return Finding(occasion=month, level=level, evidence=evidence)


def _recovered(fallen: str | None, bills: Mapping[str, Bill], limits: Limits) -> tuple[Clearing, ...]:
    """Clear when the fallen month, or one after it, is back at what the fallen one was held against.

    The months after it have a baseline with the fall in it: held against that, a bill that stays low would recover.
    """
    then = _held(fallen, bills, limits) if fallen else None
    if fallen is None or then is None:
        return ()
    baseline, counted = then["baseline_fen"], _counted(bills, limits)
    back = [month for month in sorted(counted) if month >= fallen and not _fell(baseline, counted[month], limits)]
    return (Clearing(f"the bill of {back[0]} recovered"),) if back else ()


def _kept(bills: dict[str, Bill]) -> dict[str, Bill]:
    return {month: bills[month] for month in sorted(bills)[-MONTHS_KEPT:]}


def _kept_months(months: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(months)))[-MONTHS_KEPT:]


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say what fell from where."""
    month, share = evidence["month"], f"{evidence['fall_share']:.0%}"
    now, base = yuan(evidence["amount_fen"]), yuan(evidence["baseline_fen"])
    return (
        f"{month}话费{now}元，较此前均值{base}元下降{share}",
        f"The bill of {month} is {now} yuan, {share} below the mean of {base} yuan before",
    )


RULE = Rule(
    id="steep_bill_drop",
    requirement="W2",
    version=2,
    hears=(BillIssued,),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "month": "2026-02",
        "amount_fen": 9_950,
        "baseline_fen": 19_900,
        "baseline_months": ["2025-11", "2025-12", "2026-01"],
        "fall_share": 0.5,
        "fall_share_min": 0.3,
        "fell": True,
    },
    speaks_for={"competitor_tariff": 2, "network_quality": 1},
)
