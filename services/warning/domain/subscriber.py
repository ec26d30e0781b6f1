"""What is remembered of a subscription beside the rules' own memories: who holds it, and what it was billed."""

from datetime import datetime

from msgspec import Struct

from shared.calendar import month_of, months_before
from shared.events.bill_issued import BillIssued, BillLines

MONTHS_KEPT = 13
ARPU_MONTHS = 3
YEAR_MONTHS = 12


class Holder(Struct, frozen=True, kw_only=True):
    """The subscription and its customer, as they were at the event's time."""

    subscription_id: str
    msisdn: str
    customer_id: str
    region: str
    brand: str
    package: str
    activated_at: datetime
    ended_at: datetime | None = None
    """None: not to this day."""
    stars: int = 0
    important: str | None = None


class Billed(Struct, frozen=True, kw_only=True):
    """A month's bill, as the population and the reasons need it."""

    amount_fen: int
    version: int
    lines: BillLines
    remaining_fen: int = 0
    part_month: bool = False
    issued_at: datetime | None = None
    """None: it was kept before this was."""


class Profile(Struct, frozen=True):
    """The bills of the last thirteen months known, by month."""

    bills: dict[str, Billed] = {}


def billed(profile: Profile, bill: BillIssued) -> Profile:
    """Remember `bill`, unless a newer version of it is known."""
    known = profile.bills.get(bill.month)
    if known and known.version >= bill.version:
        return profile
    kept = Billed(
        amount_fen=bill.amount_due_fen,
        version=bill.version,
        lines=bill.lines,
        remaining_fen=bill.remaining_fen,
        part_month=bill.part_month,
        issued_at=bill.occurred_at,
    )
    bills = profile.bills | {bill.month: kept}
    return Profile({month: bills[month] for month in sorted(bills)[-MONTHS_KEPT:]})


def known_at(profile: Profile, at: datetime) -> dict[str, Billed]:
    """Return the bills that had been issued at a moment, by month."""
    this = month_of(at)
    return {
        month: bill
        for month, bill in profile.bills.items()
        if (bill.issued_at <= at if bill.issued_at else month < this)
    }


def arpu(profile: Profile, at: datetime) -> tuple[int | None, int]:
    """Return the mean of up to three billed months before the month of `at`, in fen, and how many were known.

    With none the mean is None: told, not guessed.
    """
    earlier = _before(profile, at)[-ARPU_MONTHS:]
    amounts = [profile.bills[month].amount_fen for month in earlier]
    return (sum(amounts) // len(amounts) if amounts else None), len(amounts)


def year_spend_fen(profile: Profile, at: datetime) -> int:
    """Return what was billed for the twelve months before the month of `at`."""
    first = months_before(month_of(at), YEAR_MONTHS)
    return sum(profile.bills[month].amount_fen for month in _before(profile, at) if month >= first)


def latest_lines(profile: Profile) -> BillLines | None:
    """Return what the latest bill was made of; None: no bill is known."""
    return profile.bills[max(profile.bills)].lines if profile.bills else None


def _before(profile: Profile, at: datetime) -> list[str]:
    this = month_of(at)
    return sorted(month for month in profile.bills if month < this)
