"""A customer of small bills is near disconnection by neglect (欠费提醒): a bill lies unpaid, or the credit is used.

Customers of larger bills have managers who call (W13); these are reminded before the suspension, each time a bill stays
unpaid. Who belongs to the target population is called as after any warning; of the others the warning is noted, and
dispatch's gate is asked to have a text sent.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct, structs

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule, yuan
from shared.calendar import local_date
from shared.events.bill_issued import BillIssued
from shared.events.credit_assessed import CreditAssessed
from shared.events.payment_received import PaymentReceived
from shared.events.suspension_changed import SuspensionChanged
from shared.policy import Days, Factor, Hours, Price, Times


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.arrears_reminder`."""

    bill_fen_below: Price = 10_000
    """Customers whose last bill is below this have no manager who would call."""
    unpaid_days: Days = 15
    """So long after its issue a bill that is not paid is worth a reminder."""
    again_days: Days = 7
    """So long after a reminder the next one."""
    reminders_max: Times = 2
    """For one debt."""
    used_share_min: Factor = 0.9
    """So much of the credit limit is used: the reminder comes at once, whatever the bill's age."""
    actionable_hours: Hours = 3 * 24


class Memory(Struct, frozen=True, kw_only=True):
    """What is owed, and what was said of it."""

    month: str = ""
    """Of the last bill; empty: there was none."""
    amount_fen: int = 0
    """That bill."""
    owed_fen: int = 0
    owed_since: date | None = None
    """The day of the oldest bill that is not paid; None: nothing is owed."""
    reminders: int = 0
    """Of this debt."""
    reminded_on: date | None = None
    suspended: bool = False
    """For arrears: it is too late to remind."""


Fact = BillIssued | PaymentReceived | CreditAssessed | SuspensionChanged | DayCame


def step(memory: Memory, heard: Heard[Fact], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire while there is time to pay, clear when it is paid."""
    match heard.event:
        case BillIssued() as bill:
            return _billed(memory, bill)
        case PaymentReceived() as payment:
            return _owes(memory, payment.remaining_fen, local_date(payment.occurred_at))
        case SuspensionChanged() as change if change.kind != "voluntary":
            return structs.replace(memory, suspended=change.action == "suspended"), ()
        case CreditAssessed() as credit:
            return _assessed(memory, credit, limits)
        case DayCame() as came:
            next_on = due(memory, limits)
            waited = next_on is not None and came.day >= next_on
            return _reminded(memory, "bill", came.day, limits) if waited else (memory, ())
    return memory, ()


def due(memory: Memory, limits: Limits) -> date | None:
    """Return the day on which the debt becomes worth a reminder."""
    if memory.owed_since is None or not _is_for(memory, limits):
        return None
    if memory.reminded_on:
        return memory.reminded_on + timedelta(days=limits.again_days)
    return memory.owed_since + timedelta(days=limits.unpaid_days)


def _billed(memory: Memory, bill: BillIssued) -> tuple[Memory, tuple[Outcome, ...]]:
    if bill.month < memory.month:
        return memory, ()
    latest = structs.replace(memory, month=bill.month, amount_fen=bill.amount_due_fen)
    return _owes(latest, bill.remaining_fen, local_date(bill.occurred_at))


def _owes(memory: Memory, owed_fen: int, day: date) -> tuple[Memory, tuple[Outcome, ...]]:
    """Keep what is owed from now on; a debt that is paid is forgotten, with what was said of it."""
    if owed_fen > 0:
        return structs.replace(memory, owed_fen=owed_fen, owed_since=memory.owed_since or day), ()
    paid = structs.replace(memory, owed_fen=0, owed_since=None, reminders=0, reminded_on=None)
    return paid, (Clearing("paid"),) if memory.reminders else ()


def _assessed(memory: Memory, credit: CreditAssessed, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    day = local_date(credit.occurred_at)
    used = credit.used_fen >= limits.used_share_min * credit.credit_limit_fen and credit.used_fen > 0
    rested = memory.reminded_on is None or day >= memory.reminded_on + timedelta(days=limits.again_days)
    if not used or not rested or not _is_for(memory, limits):
        return memory, ()
    owing = structs.replace(memory, owed_fen=max(memory.owed_fen, credit.used_fen))
    return _reminded(owing, "credit", day, limits)


def _is_for(memory: Memory, limits: Limits) -> bool:
    small = bool(memory.month) and memory.amount_fen < limits.bill_fen_below
    return small and not memory.suspended and memory.reminders < limits.reminders_max


def _reminded(memory: Memory, kind: str, day: date, limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    number = memory.reminders + 1
    since = memory.owed_since.isoformat() if memory.owed_since else None
    evidence = {
        "kind": kind,
        "reminder": number,
        "reminders_max": limits.reminders_max,
        "owed_fen": memory.owed_fen,
        "owed_since": since,
        "bill_fen": memory.amount_fen,
        "bill_fen_below": limits.bill_fen_below,
        "day": day.isoformat(),
    }
    finding = Finding(occasion=f"{since or day}:{number}", level=Level.WATCH, evidence=evidence)
    return structs.replace(memory, reminders=number, reminded_on=day), (finding,)


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say what to remind of."""
    owed, number = yuan(evidence["owed_fen"]), evidence["reminder"]
    if evidence["kind"] == "credit":
        return (
            f"信用额度即将用尽，应提醒缴费{owed}元（第{number}次）",
            f"The credit is nearly used: remind of {owed} yuan ({number})",
        )
    since = evidence["owed_since"]
    return f"{since}以来欠费{owed}元，应提醒缴费（第{number}次）", f"Owes {owed} yuan since {since}: remind ({number})"


def text(evidence: Mapping[str, Any]) -> str:
    """Return the reminder as the customer reads it."""
    owed, day = yuan(evidence["owed_fen"]), evidence["day"]
    return f"尊敬的客户，截至{day}您的号码待缴话费{owed}元。为免停机，请您及时缴费。如已缴费，请忽略本信息。"


RULE = Rule(
    id="arrears_reminder",
    requirement="W3",
    hears=(BillIssued, PaymentReceived, CreditAssessed, SuspensionChanged, DayCame),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "kind": "bill",
        "reminder": 1,
        "reminders_max": 2,
        "owed_fen": 5_900,
        "owed_since": "2026-03-02",
        "bill_fen": 5_900,
        "bill_fen_below": 10_000,
        "day": "2026-03-17",
    },
    speaks_for={},
    text=text,
    purpose="arrears_reminder",
    due=due,
)
