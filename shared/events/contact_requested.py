"""Dispatch is asked to have a text sent to a customer; its gate alone decides whether anybody may send it."""

from typing import Literal

from shared.topic import EventId, Kind, Label, Moment, RegionPath, Stage, SubscriberEvent, Text, Topic

Purpose = Literal["arrears_reminder"]


class ContactRequested(SubscriberEvent, frozen=True, kw_only=True):
    """The id is the request's; dispatch answers each once."""

    customer_id: Label
    subscription_id: Label
    region: RegionPath
    purpose: Purpose
    words: Text
    """The text as the customer is to read it."""
    valid_until: Moment
    """Business time after which it is no use any more."""
    cause_id: EventId
    """What gave the occasion: a warning's id."""


TOPIC = Topic(
    name="dispatch.contact_requested.v1",
    event=ContactRequested,
    stage=Stage.DISPATCH,
    kind=Kind.REQUEST,
    owner="dispatch",
)
