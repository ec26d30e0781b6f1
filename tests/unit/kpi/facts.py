"""Facts that KPI counts, with everything that a test doesn't care about filled in."""

from datetime import datetime
from typing import Any

from msgspec import structs

from shared.events.contact_reported import ContactReported
from shared.events.warning_settled import WarningSettled
from shared.events.work_item_closed import WorkItemClosed
from tests.support.builders import NUMBER, REGION, at, fresh

NOON = at("2026-03-05 12:00")

SETTLED = WarningSettled(
    id="s",
    occurred_at=NOON,
    warning_id="w1",
    customer_id="c1",
    subscription_id="s1",
    msisdn=NUMBER,
    region=REGION,
    rule_id="porting",
    raised_at=NOON,
    state="open",
    previous=None,
)
CONTACT = ContactReported(
    id="c",
    occurred_at=NOON,
    work_item_id="i1",
    customer_id="c1",
    subscription_id="s1",
    msisdn=NUMBER,
    region=REGION,
    staff_id="anna",
    attempt=1,
    reached=True,
    outcome="retained",
    judged_reason=None,
    means=(),
    offers=(),
    next_step=None,
    next_on=None,
)
CLOSED = WorkItemClosed(
    id="i",
    occurred_at=NOON,
    work_item_id="i1",
    customer_id="c1",
    subscription_id="s1",
    home_region=REGION,
    state="worked",
    staff_id="anna",
)


def settled(when: datetime = NOON, **fields: Any) -> WarningSettled:
    """Return that a warning, raised at `when`, came into a state then."""
    return structs.replace(SETTLED, **({"id": fresh("settled"), "occurred_at": when, "raised_at": when} | fields))


def saved(warning_id: str, when: datetime = NOON, **fields: Any) -> WarningSettled:
    """Return that a warning was worked and its customer retained at `when`."""
    told = {"state": "worked", "previous": "open", "staff_id": "anna", "outcome": "retained"}
    return settled(when, warning_id=warning_id, **(told | fields))


def contact(when: datetime = NOON, **fields: Any) -> ContactReported:
    """Return a contact."""
    return structs.replace(CONTACT, **({"id": fresh("contact"), "occurred_at": when} | fields))


def closed(when: datetime = NOON, **fields: Any) -> WorkItemClosed:
    """Return an item's end."""
    return structs.replace(CLOSED, **({"id": fresh("closed"), "occurred_at": when} | fields))
