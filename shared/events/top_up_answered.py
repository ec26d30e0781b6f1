"""Billing's answer to a request for a top-up."""

from shared.topic import Label, Stage, SubscriberEvent, Text, Topic


class TopUpAnswered(SubscriberEvent, frozen=True, kw_only=True):
    """Credited, or refused with a reason."""

    request_id: Label
    accepted: bool
    why: Text | None = None
    """None where it was credited."""


TOPIC = Topic(name="billing.top_up_answered.v1", event=TopUpAnswered, stage=Stage.NETWORK, owner="billing")
