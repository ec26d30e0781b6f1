"""The points ledger moved: one balanced posting for one business cause."""

from typing import Literal

from shared.topic import Count, Event, EventId, Label, Stage, Topic


class PointsPosted(Event, frozen=True, kw_only=True):
    """The id is the posting's, which is derived from its business cause."""

    customer_id: Label
    kind: Literal["earned", "reserved", "redeemed", "released"]
    """A redemption reserves points, then redeems or releases them when billing has answered."""
    points: Count
    cause_id: EventId


TOPIC = Topic(
    name="points.posted.v1",
    event=PointsPosted,
    stage=Stage.POINTS,
    owner="points",
    key="customer_id",
    retention_days=90,
)
