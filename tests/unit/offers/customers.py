"""Customers for tests of what they may be offered."""

from typing import Any

from msgspec import structs

from services.offers.domain.mechanism import Customer, Month
from shared.events.bill_issued import BillLines
from tests.support.builders import NUMBER, REGION

PLAIN = Customer(
    customer_id="c1",
    subscription_id="s1",
    msisdn=NUMBER,
    region=REGION,
    package="tianyi_129",
    reasons=(),
    arpu_fen=None,
    important=None,
    stars=0,
    months=(),
)


def customer(*months: Month, **fields: Any) -> Customer:
    """Return a customer with these billed months, newest first."""
    return structs.replace(PLAIN, months=months, **fields)


def month(yuan: float, **lines: int) -> Month:
    """Return a billed month with this usage."""
    return Month(month="2026-02", amount_fen=round(yuan * 100), lines=BillLines(**lines))
