"""Dispatch's answer to a request for a text to a customer."""

from typing import Literal

from shared.events.contact_requested import Purpose
from shared.topic import EventId, Label, RegionPath, Stage, SubscriberEvent, Topic

ContactState = Literal["released", "stale", "gated", "capped"]


class ContactDecided(SubscriberEvent, frozen=True, kw_only=True):
    """Released to the gateway; or refused: too late, the number is being ported, the customer had one lately."""

    request_id: EventId
    customer_id: Label
    subscription_id: Label
    region: RegionPath
    purpose: Purpose
    state: ContactState


TOPIC = Topic(name="dispatch.contact_decided.v1", event=ContactDecided, stage=Stage.DISPATCH, owner="dispatch")
