"""What earns points (P1), first of the six factors: what was billed."""

from msgspec import Struct

from shared.events.bill_issued import BillIssued
from shared.policy import Units


class Earning(Struct, frozen=True, kw_only=True):
    """Policy `points.earning`."""

    points_per_100_yuan: Units = 100


def points_earned(bill: BillIssued, earning: Earning) -> int:
    """Return the whole points that a bill earns; fractions are not kept."""
    return max(bill.amount_due_fen, 0) * earning.points_per_100_yuan // 10_000
