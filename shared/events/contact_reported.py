"""A call or visit was made, and this is what the person who made it says came of it (D5)."""

from typing import Literal

from shared.topic import Count, Event, Label, Msisdn, RegionPath, Stage, Text, Topic

Outcome = Literal["retained", "considering", "refused", "left", "wrong_number"]


class ContactReported(Event, frozen=True, kw_only=True):
    """The result of one contact; the id is the contact's."""

    work_item_id: Label
    customer_id: Label
    subscription_id: Label
    msisdn: Msisdn
    region: RegionPath
    staff_id: Label
    attempt: Count
    reached: bool
    outcome: Outcome | None
    """None: nobody was reached."""
    judged_reason: Label | None
    """The reason as the caller judges it, whatever the warning supposed."""
    means: tuple[Label, ...]
    """Means of retention used: tariff, promotion, service, new_business."""
    offers: tuple[Label, ...]
    """Ids of the offers made."""
    next_step: Text | None
    next_on: str | None
    """ISO date of the next step; None: nothing more to do."""


TOPIC = Topic(
    name="dispatch.contact_reported.v1",
    event=ContactReported,
    stage=Stage.DISPATCH,
    owner="dispatch",
    key="customer_id",
    retention_days=90,
)
