"""A customer complained, or was found dissatisfied on a return visit (names after TMF621 TroubleTicket)."""

from typing import Literal

from shared.topic import Label, Stage, SubscriberEvent, Text, Topic

ComplaintClass = Literal[
    "special_number",
    "handset_after_sales",
    "points_campaign",
    "marketing_policy",
    "network_quality",
    "billing",
    "service",
]
"""The first four are those that return visits ask about (W12)."""


class ComplaintRecorded(SubscriberEvent, frozen=True, kw_only=True):
    """The complaint as of `occurred_at`: taken down, or closed."""

    complaint_id: Label
    complaint_class: ComplaintClass
    state: Literal["received", "settled", "unsettled"]
    """Settled: the customer was content with the answer. Unsettled: closed, and they were not."""
    words: Text = ""


TOPIC = Topic(name="crm.complaint.v1", event=ComplaintRecorded, stage=Stage.NETWORK, owner="crm")
