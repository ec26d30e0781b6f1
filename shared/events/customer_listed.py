"""The operator put a customer on a list of its own: people who are to be called, for a reason and a time."""

from datetime import date

from shared.topic import Label, Stage, SubscriberEvent, Text, Topic


class CustomerListed(SubscriberEvent, frozen=True, kw_only=True):
    """One line of a list, as of `occurred_at`; the same line again is the same event."""

    list_name: Label
    reason: Text = ""
    """Why, in the operator's words; empty: the list does not say."""
    first_day: date
    last_day: date


TOPIC = Topic(name="crm.customer_listed.v1", event=CustomerListed, stage=Stage.NETWORK, owner="crm")
