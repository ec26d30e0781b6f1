"""Small builders: an event with everything that a test doesn't care about filled in."""

from datetime import datetime, timedelta
from itertools import count

from shared.calendar import ZONE, month_bounds
from shared.events.bill_issued import BillIssued, BillLines
from shared.events.customer_recorded import CustomerRecorded
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.ids import derived_id

NUMBER = "+8613300000001"
RIVAL_NUMBER = "+8613800138000"
COUNTY = "150102"
REGION = "150000.150100.150102"
_ids = count()


def at(text: str) -> datetime:
    """Return a local time, `2026-03-05 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def fresh(prefix: str) -> str:
    """Return an id that no other event of this run has."""
    return derived_id(prefix, str(next(_ids)))


def customer(customer_id: str = "c1", **fields: object) -> CustomerRecorded:
    """Return a customer's record."""
    told = {"id": fresh("customer"), "occurred_at": at("2025-01-01 00:00"), "name": "王芳"}
    return CustomerRecorded(customer_id=customer_id, **(told | fields))  # type: ignore[arg-type]


def subscription(msisdn: str = NUMBER, customer_id: str = "c1", **fields: object) -> SubscriptionRecorded:
    """Return a number's holder."""
    told = {
        "id": fresh("subscription"),
        "occurred_at": at("2025-01-01 00:00"),
        "subscription_id": f"s{msisdn[-4:]}",
        "county": COUNTY,
        "brand": "tianyi",
        "package": "tianyi_129",
        "activated_at": at("2024-06-01 00:00"),
    }
    return SubscriptionRecorded(msisdn=msisdn, customer_id=customer_id, **(told | fields))  # type: ignore[arg-type]


def bill(month: str, yuan: float, msisdn: str = NUMBER, **fields: object) -> BillIssued:
    """Return a month's bill, issued on the second of the month after it."""
    told = {
        "id": derived_id("bill", msisdn, month, str(fields.get("version", 1))),
        "occurred_at": month_bounds(month)[1] + timedelta(days=1, hours=3),
        "bill_no": f"B{month}",
        "amount_due_fen": round(yuan * 100),
        "lines": BillLines(package_fee_fen=round(yuan * 100)),
    }
    return BillIssued(msisdn=msisdn, month=month, **(told | fields))  # type: ignore[arg-type]


def forwarding(when: datetime, msisdn: str = NUMBER, to: str | None = RIVAL_NUMBER) -> ForwardingChanged:
    """Return a forwarding set up to `to`, or removed where `to` is None."""
    action = "registration" if to else "erasure"
    return ForwardingChanged(
        id=derived_id("forwarding", msisdn, when.isoformat(), action),
        occurred_at=when,
        msisdn=msisdn,
        action=action,  # type: ignore[arg-type]
        forwarded_to=to,
    )
