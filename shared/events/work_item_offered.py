"""Somebody is to call a customer: one item for one customer, however many warnings stand behind it."""

from typing import Literal

from shared.topic import Count, Event, Label, Moment, Msisdn, RegionPath, Stage, Topic

Tier = Literal["customer_manager", "phone_manager"]


class WorkItemOffered(Event, frozen=True, kw_only=True):
    """An item was opened, or who may claim it has changed; the highest `revision` of an item counts.

    `home_region` is fixed at the opening and counts for supervision and success rates.
    """

    work_item_id: Label
    revision: Count
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
    opened_at: Moment
    due_at: Moment


TOPIC = Topic(
    name="dispatch.work_item_offered.v1",
    event=WorkItemOffered,
    stage=Stage.DISPATCH,
    owner="dispatch",
    key="customer_id",
)
