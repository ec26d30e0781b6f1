"""What the number was billed, by month."""

from collections.abc import Sequence

from msgspec import Struct, structs

from services.warning.domain.analyst.journal import Entry, Group, Subject
from services.warning.domain.subscriber import Billed, known_at, year_spend_fen
from shared.events.bill_issued import BillIssued

BASELINE_MONTHS = 3


class Bill(Struct, frozen=True, kw_only=True):
    """The latest bill beside those before it; money in fen."""

    months_known: int
    """Billed months that are known, at most thirteen."""
    year_fen: int
    """Billed for the twelve months before this one."""
    amount_fen: int | None = None
    """The latest bill."""
    mean_fen: int | None = None
    """The mean of up to three billed months before the latest one."""
    fall_share: float | None = None
    """By which share of that mean the latest bill is lower; below 0 where it rose."""
    owed_fen: int | None = None
    """All that the number owed when the latest bill was issued."""
    part_month: bool | None = None
    """The number was not in service for the whole of the latest billed month."""
    local_minutes: int | None = None
    """Local calls of the latest bill."""
    long_distance_minutes: int | None = None
    """Long-distance calls of the latest bill."""
    roaming_minutes: int | None = None
    """Calls while roaming of the latest bill."""
    messages: int | None = None
    """Messages of the latest bill."""
    data_mb: int | None = None
    """Megabytes of the latest bill."""
    package_fee_fen: int | None = None
    """The package's fee in the latest bill."""
    voice_fee_fen: int | None = None
    """Charges for calls beyond the package."""
    sms_fee_fen: int | None = None
    """Charges for messages beyond the package."""
    data_fee_fen: int | None = None
    """Charges for data beyond the package."""
    value_added_fee_fen: int | None = None
    """Charges for value-added services."""
    beyond_package_share: float | None = None
    """Which share of all charges but value-added ones the package's fee does not cover."""


def view(subject: Subject, entries: Sequence[Entry]) -> Bill:
    """Return the bills as they were known at the subject's moment."""
    bills = known_at(subject.profile, subject.at)
    year = year_spend_fen(subject.profile, subject.at)
    if not bills:
        return Bill(months_known=0, year_fen=year)
    *earlier, latest = (bills[month] for month in sorted(bills))
    before = [each.amount_fen for each in earlier[-BASELINE_MONTHS:]]
    mean = sum(before) // len(before) if before else None
    return Bill(
        months_known=len(bills),
        year_fen=year,
        amount_fen=latest.amount_fen,
        mean_fen=mean,
        fall_share=(mean - latest.amount_fen) / mean if mean and mean > 0 else None,
        owed_fen=latest.remaining_fen,
        part_month=latest.part_month,
        beyond_package_share=_beyond(latest),
        **structs.asdict(latest.lines),
    )


def _beyond(bill: Billed) -> float | None:
    charged = bill.lines.total_fen - bill.lines.value_added_fee_fen
    return (charged - bill.lines.package_fee_fen) / charged if charged > 0 else None


GROUP: Group[Entry] = Group(id="bill", hears=(BillIssued,), features=Bill, view=view)
