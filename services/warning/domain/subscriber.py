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
    stars: int = 0
    important: str | None = None


class Billed(Struct, frozen=True, kw_only=True):
    """A month's bill, as the population and the reasons need it."""

    amount_fen: int
    version: int
    lines: BillLines


class Profile(Struct, frozen=True):
    """The bills of the last thirteen months known, by month."""

    bills: dict[str, Billed] = {}


def billed(profile: Profile, bill: BillIssued) -> Profile:
    """Remember `bill`, unless a newer version of it is known."""
    known = profile.bills.get(bill.month)
    if known and known.version >= bill.version:
        return profile
    bills = profile.bills | {bill.month: Billed(amount_fen=bill.amount_due_fen, version=bill.version, lines=bill.lines)}
    return Profile({month: bills[month] for month in sorted(bills)[-MONTHS_KEPT:]})


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
    return sorted(month for month in profile.bills if month < month_of(at))
