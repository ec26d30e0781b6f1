"""A number's service was suspended or resumed, by the customer's wish or for arrears."""

from typing import Literal

from shared.topic import Stage, SubscriberEvent, Topic

SuspensionKind = Literal["voluntary", "arrears_one_way", "arrears_two_way"]
SuspensionAction = Literal["suspended", "resumed"]


class SuspensionChanged(SubscriberEvent, frozen=True, kw_only=True):
    """Service stopped or came back."""

    kind: SuspensionKind
    """One-way (单向): the customer cannot call. Two-way (双向): the number is dead."""
    action: SuspensionAction


TOPIC = Topic(name="service.suspension.v1", event=SuspensionChanged, stage=Stage.NETWORK, owner="billing")
