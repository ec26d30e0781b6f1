"""Facts that a rule could not take: it failed on them, was in quarantine, or had missed an earlier one of the same
subscription. They are kept, and taken in their order once the rule is mended.
"""

from shared.topic import Event, SubscriberEvent

FAILURES_MAX = 3
"""So many facts on which a rule fails put it into quarantine."""


class FactMissed(Event, frozen=True, kw_only=True):
    """`rule_id` did not take `event`; it never leaves the service. Its id and time are those of `event`."""

    rule_id: str
    rule_version: int
    subscription_id: str
    event: SubscriberEvent
    error: str | None = None
    """What the rule raised; None: it was not asked."""
