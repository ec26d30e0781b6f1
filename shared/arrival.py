"""A record as it came from Kafka, and the event that was read from it; neutral of the client that fetched it."""

from dataclasses import dataclass

from shared.topic import Event, Topic


@dataclass(frozen=True, slots=True)
class Record:
    """Bytes at a place in a log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    ce_type: str | None
    timestamp_ms: int
    attempt: int = 1
    """2 and more: the record was replayed from the dead letters."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event at a place in a log."""

    event: Event
    topic: Topic[Event]
    partition: int
    offset: int
