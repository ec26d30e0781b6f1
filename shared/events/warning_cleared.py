"""The reason for a warning is gone: forwarding removed, service resumed, porting lapsed, bill recovered."""

from shared.topic import EventId, Label, Stage, SubscriberEvent, Text, Topic


class WarningCleared(SubscriberEvent, frozen=True, kw_only=True):
    """The warnings of one rule on one subscription no longer hold."""

    rule_id: Label
    subscription_id: Label
    customer_id: Label
    cause_id: EventId
    why: Text


TOPIC = Topic(name="warning.cleared.v1", event=WarningCleared, stage=Stage.WARNING, owner="warning")
