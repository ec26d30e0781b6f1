"""A record that no service can use, kept with the reason so that somebody can mend and replay it."""

from shared.topic import Count, Event, Kind, Label, Stage, Text, Topic


class DeadLettered(Event, frozen=True, kw_only=True):
    """Where the record stood, and why it was refused."""

    service: Label
    topic: Text
    partition: Count
    offset: Count
    reason: Label
    detail: Text
    attempt: Count
    sealed: str
    """The record's key, value and type, encrypted: they may hold a full number."""


TOPIC = Topic(
    name="platform.dead_lettered.v1",
    event=DeadLettered,
    stage=Stage.KPI,
    kind=Kind.RECORD,
    key="service",
    partitions=1,
    retention_days=90,
)
