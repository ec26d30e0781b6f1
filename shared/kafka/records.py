"""One shape for a record, whichever client fetched it."""

from typing import Any, Protocol

from shared.arrival import Record
from shared.codec import CE_TYPE

ATTEMPT = "keepline_attempt"
"""Header of a record that was replayed from the dead letters: which try this is."""


class Fetched(Protocol):
    """What aiokafka's and Faust's records have in common."""

    topic: str
    partition: int
    offset: int
    key: Any
    value: Any
    headers: Any
    """Pairs of name and bytes; Faust may have none, or a mapping."""


def record_of(fetched: Fetched, timestamp_ms: int) -> Record:
    """Return a fetched record as the runner takes it."""
    headers = dict(fetched.headers or ())
    return Record(
        topic=fetched.topic,
        partition=fetched.partition,
        offset=fetched.offset,
        key=fetched.key,
        value=fetched.value,
        ce_type=headers[CE_TYPE].decode("utf-8", "replace") if CE_TYPE in headers else None,
        timestamp_ms=timestamp_ms,
        attempt=_attempt(headers.get(ATTEMPT, b"1")),
    )


def _attempt(header: bytes) -> int:
    return int(header) if header.isdigit() and len(header) < 4 else 1
