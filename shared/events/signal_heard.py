"""A fact that the sieve found among the raw CDRs. It says what happened, not what to think of it."""

from typing import Literal

from shared.topic import Count, Label, Stage, SubscriberEvent, Topic

SignalKind = Literal["rival_hotline", "rival_forwarded_leg"]


class SignalHeard(SubscriberEvent, frozen=True, kw_only=True):
    """One call to a rival's hotline, or one call leg that ran on to a rival's number."""

    kind: SignalKind
    peer: Label
    operator: Label
    """Whose hotline or number it is."""
    duration_s: Count


TOPIC = Topic(name="warning.signal.v1", event=SignalHeard, stage=Stage.SIGNAL, owner="warning", retention_days=30)
