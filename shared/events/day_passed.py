"""A calendar day ended in the operator's zone: "nothing happened" is an event too."""

from datetime import date

from shared.topic import Event, Label, Stage, Topic


class DayPassed(Event, frozen=True, kw_only=True):
    """`day` is over. Published by intake at local midnight plus a grace for late records."""

    day: date
    zone: Label = "Asia/Shanghai"


TOPIC = Topic(
    name="reference.day_passed.v1",
    event=DayPassed,
    stage=Stage.REFERENCE,
    owner="intake",
    key="zone",
    partitions=1,
)
