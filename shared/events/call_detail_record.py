"""One call leg, message or data session as the switch recorded it: the raw flow of a whole network.

Names follow 3GPP TS 32.298 (docs/standards.md); the sieve reads this topic, and the feeds' meter counts it.
"""

from typing import Literal

from shared.topic import Count, Label, Stage, SubscriberEvent, Topic


class CallDetailRecord(SubscriberEvent, frozen=True, kw_only=True):
    """What the served number did. The id is the switch and its sequence where they are given: `msc-15/000123`."""

    service: Literal["voice", "sms", "data"]
    direction: Literal["out", "in", "forwarded"] = "out"
    """A forwarded leg is charged to the served number and runs on to `peer`."""
    peer: Label | None = None
    """The other party: E.164 with `+`, or a short code as dialled. None for data."""
    duration_s: Count = 0
    bytes: Count = 0
    cell: Label | None = None
    imei: Label | None = None


TOPIC = Topic(
    name="network.cdr.v1",
    event=CallDetailRecord,
    stage=Stage.NETWORK,
    owner="network",
    retention_days=7,
    archived=False,
)
