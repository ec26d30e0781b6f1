"""Billing is asked to put an accepted offer into effect."""

from typing import Any

from shared.topic import Kind, Label, Stage, SubscriberEvent, Topic


class FulfilmentRequested(SubscriberEvent, frozen=True, kw_only=True):
    """The id is the request's; billing answers each id once, however often it is asked."""

    offer_id: Label
    mechanism: Label
    terms: dict[str, Any]


TOPIC = Topic(
    name="billing.fulfilment_requested.v1",
    event=FulfilmentRequested,
    stage=Stage.NETWORK,
    kind=Kind.REQUEST,
    owner="billing",
)
