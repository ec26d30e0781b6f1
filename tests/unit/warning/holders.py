"""Holders and their bills, for tests of what is decided about them."""

from typing import Any

from msgspec import structs

from services.warning.domain.subscriber import Billed, Holder, Profile
from shared.calendar import months_before
from shared.events.bill_issued import BillLines
from tests.support.builders import NUMBER, REGION, at

HOLDER = Holder(
    subscription_id="s1",
    msisdn=NUMBER,
    customer_id="c1",
    region=REGION,
    brand="tianyi",
    package="tianyi_129",
    activated_at=at("2024-06-01 00:00"),
)


def holder(**fields: Any) -> Holder:
    """Return the holder with some fields set otherwise."""
    return structs.replace(HOLDER, **fields)


def profile(*yuan: float, last: str = "2026-02") -> Profile:
    """Return a profile with the bills of the months up to `last`."""
    months = [months_before(last, len(yuan) - 1 - place) for place in range(len(yuan))]
    return Profile(
        {
            month: Billed(amount_fen=round(each * 100), version=1, lines=BillLines())
            for month, each in zip(months, yuan, strict=True)
        }
    )
