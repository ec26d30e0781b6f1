"""A work item is at its end: worked, or overtaken by something."""

from typing import Literal

from shared.topic import Event, Label, RegionPath, Stage, Topic


class WorkItemClosed(Event, frozen=True, kw_only=True):
    """Why nobody needs to call any more."""

    work_item_id: Label
    customer_id: Label
    subscription_id: Label
    home_region: RegionPath
    state: Literal["worked", "gated", "cleared", "capacity"]
    staff_id: Label | None
    """Who worked it; None in other states."""


TOPIC = Topic(
    name="dispatch.work_item_closed.v1",
    event=WorkItemClosed,
    stage=Stage.DISPATCH,
    owner="dispatch",
    key="customer_id",
)
