"""From a case's values to the facts that travel."""

from typing import Any

from services.dispatch.domain.case import Case, Item, ItemState, KnownWarning
from shared.events.warning_settled import WarningSettled
from shared.events.work_item_closed import WorkItemClosed
from shared.events.work_item_offered import WorkItemOffered
from shared.ids import derived_id
from shared.topic import Event

SETTLED_FIELDS = (
    "warning_id",
    "subscription_id",
    "msisdn",
    "region",
    "rule_id",
    "raised_at",
    "state",
    "work_item_id",
    "staff_id",
)

OFFERED_FIELDS = (
    "work_item_id",
    "revision",
    "subscription_id",
    "msisdn",
    "home_region",
    "offered_region",
    "tier",
    "priority",
    "assigned_to",
    "opened_at",
    "due_at",
)


def settled(
    case: Case, warning: KnownWarning, before: KnownWarning | None, extra: dict[str, Any], event: Event
) -> WarningSettled:
    """Return that a warning came into its state; `extra` lays fields over the warning's own."""
    fields = {name: getattr(warning, name) for name in SETTLED_FIELDS}
    return WarningSettled(
        id=derived_id("settled", warning.warning_id, warning.state),
        occurred_at=event.occurred_at,
        customer_id=case.customer_id,
        previous=before.state if before else None,
        previous_staff_id=before.staff_id if before else None,
        **(fields | extra),
    )


def offered(case: Case, item: Item, event: Event) -> WorkItemOffered:
    """Return who may claim the item from now on."""
    shared = {name: getattr(item, name) for name in OFFERED_FIELDS}
    return WorkItemOffered(
        id=derived_id("offered", item.work_item_id, str(item.revision)),
        occurred_at=event.occurred_at,
        customer_id=case.customer_id,
        **shared,
    )


def closed(case: Case, item: Item, state: ItemState, why: tuple[Event, str | None]) -> WorkItemClosed:
    """Return that the item is at its end; `why` is the event that ended it, and who worked it."""
    assert state != "open", "an open item is not at its end"
    event, staff_id = why
    return WorkItemClosed(
        id=derived_id("closed", item.work_item_id),
        occurred_at=event.occurred_at,
        work_item_id=item.work_item_id,
        customer_id=case.customer_id,
        subscription_id=item.subscription_id,
        home_region=item.home_region,
        state=state,
        staff_id=staff_id,
    )
