"""Somebody is to call a customer: one item for one customer, however many warnings stand behind it."""

from typing import Literal

from shared.topic import Count, Event, Label, Moment, Msisdn, RegionPath, Stage, Topic

Tier = Literal["customer_manager", "phone_manager"]


class WorkItemOpened(Event, frozen=True, kw_only=True):
    """The id is the item's; `home_region` is fixed here and counts for supervision and success rates."""

    customer_id: Label
    subscription_id: Label
    msisdn: Msisdn
    home_region: RegionPath
    offered_region: RegionPath
    """Who may claim it: anybody of the tier whose region lies on the way to here."""
    tier: Tier
    priority: Count
    assigned_to: Label | None
    """Passed down to this person; None: the region's queue."""
    due_at: Moment
    warning_id: Label


TOPIC = Topic(
    name="dispatch.work_item_opened.v1",
    event=WorkItemOpened,
    stage=Stage.DISPATCH,
    owner="dispatch",
    key="customer_id",
)
