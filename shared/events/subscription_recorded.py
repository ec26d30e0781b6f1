"""A number held by a customer for a period. Memory, work, points and pay hang on this, not on the number."""

from shared.topic import Adcode, Label, Moment, Stage, SubscriberEvent, Topic


class SubscriptionRecorded(SubscriberEvent, frozen=True, kw_only=True):
    """The period as of `occurred_at`; the latest record of a `subscription_id` counts."""

    subscription_id: Label
    customer_id: Label
    county: Adcode
    brand: Label
    package: Label
    activated_at: Moment
    ended_at: Moment | None = None
    """None: still held."""
    agent_id: Label | None = None
    """The dealer who brought the customer; None: our own hall."""


TOPIC = Topic(name="crm.subscription.v1", event=SubscriptionRecorded, stage=Stage.NETWORK, owner="crm")
