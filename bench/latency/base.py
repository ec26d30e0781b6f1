"""A small base: one county with its rep, and customers who are of the target population because of what they pay."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.calendar import month_bounds, month_of, months_before
from shared.events.bill_issued import BillIssued, BillLines
from shared.events.customer_recorded import CustomerRecorded
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.region_defined import RegionDefined
from shared.events.staff_recorded import Role
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.ids import derived_id

REGIONS = (
    ("150000", "150000", "内蒙古自治区", "Inner Mongolia"),
    ("150100", "150000.150100", "呼和浩特市", "Hohhot"),
    ("150102", "150000.150100.150102", "新城区", "Xincheng"),
)
COUNTY = REGIONS[-1]
ADMIN, REP = "province-admin", "caller-150102-1"
STAFF: dict[str, tuple[Role, str]] = {ADMIN: ("province_admin", "150000"), REP: ("phone_manager", COUNTY[1])}
"""Who has a login: role and region."""
FEE_FEN = 15_000
"""What everybody pays in a month: of the target population, and called by phone managers."""
MONTHS = 3
TENURE = timedelta(days=900)
RIVAL = "+8613800138000"


def customer_id(index: int) -> str:
    """Return the id of a customer."""
    return f"C{index:06d}"


def msisdn(index: int) -> str:
    """Return a customer's number."""
    return f"+86189{index:08d}"


def regions(now: datetime) -> Iterator[RegionDefined]:
    """Yield the tree, widest first."""
    for adcode, path, name_zh, name_en in REGIONS:
        told = {"adcode": adcode, "path": path, "name_zh": name_zh, "name_en": name_en}
        yield RegionDefined(id=derived_id("region", adcode), occurred_at=now - TENURE, **told)


def holdings(now: datetime, index: int) -> tuple[CustomerRecorded, SubscriptionRecorded]:
    """Return a customer, and the number that the customer holds."""
    since = now - TENURE
    customer = CustomerRecorded(
        id=derived_id("customer", customer_id(index)),
        occurred_at=since,
        customer_id=customer_id(index),
        name=f"客户{index}",
        sex="female" if index % 2 else "male",
    )
    subscription = SubscriptionRecorded(
        id=derived_id("subscription", customer_id(index)),
        occurred_at=since,
        msisdn=msisdn(index),
        subscription_id=f"S{index:06d}",
        customer_id=customer_id(index),
        county=COUNTY[0],
        brand="tianyi",
        package="tianyi_129",
        activated_at=since,
    )
    return customer, subscription


def bills(now: datetime, index: int) -> Iterator[BillIssued]:
    """Yield a customer's bills of the last months."""
    for back in range(1, MONTHS + 1):
        month = months_before(month_of(now), back)
        yield BillIssued(
            id=derived_id("bill", msisdn(index), month),
            occurred_at=month_bounds(month)[1],
            msisdn=msisdn(index),
            bill_no=f"B{month}-{index:06d}",
            month=month,
            amount_due_fen=FEE_FEN,
            remaining_fen=FEE_FEN,
            lines=BillLines(package_fee_fen=FEE_FEN),
        )


def forwarding(now: datetime, index: int) -> ForwardingChanged:
    """Return that a customer's calls now run on to a rival's number."""
    return ForwardingChanged(
        id=derived_id("forwarding", msisdn(index)),
        occurred_at=now,
        msisdn=msisdn(index),
        action="registration",
        forwarded_to=RIVAL,
    )
