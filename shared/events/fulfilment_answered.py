"""Billing's answer to a request for fulfilment."""

from shared.topic import Label, Stage, SubscriberEvent, Text, Topic


class FulfilmentAnswered(SubscriberEvent, frozen=True, kw_only=True):
    """Done, or refused with a reason."""

    request_id: Label
    accepted: bool
    why: Text | None = None
    """None where it was done."""


TOPIC = Topic(name="billing.fulfilment_answered.v1", event=FulfilmentAnswered, stage=Stage.NETWORK, owner="billing")
