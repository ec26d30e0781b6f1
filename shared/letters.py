"""Writes dead letters: what stood where, why it could not be used, and its bytes under seal."""

import msgspec
from msgspec import Struct

from shared import metrics
from shared.arrival import Record
from shared.clock import system_now
from shared.events.dead_lettered import DeadLettered
from shared.ids import derived_id
from shared.masking import masked
from shared.sealing import Sealer

DETAIL_MAX = 500
KEPT_BYTES_MAX = 256_000
"""A larger record is kept by its place in the log only: its letter must itself fit into a record."""


class Contents(Struct, frozen=True):
    """What is under the seal."""

    key: bytes | None
    value: bytes | None
    """None: the record had no value, or was too large to keep."""
    ce_type: str | None


def opened(sealer: Sealer, sealed: str) -> Contents:
    """Return what a letter holds.

    Raises:
        ValueError: it was sealed under another key.
    """
    return msgspec.json.decode(sealer.open(sealed), type=Contents)


def _contents(record: Record) -> Contents:
    kept = record.value if len(record.value or b"") <= KEPT_BYTES_MAX else None
    return Contents(record.key if len(record.key or b"") <= KEPT_BYTES_MAX else None, kept, record.ce_type)


class Undertaker:
    """Writes the letters of one consumer."""

    def __init__(self, consumer: str, cluster: str, sealer: Sealer) -> None:
        self._consumer = consumer
        self._cluster = cluster
        self._sealer = sealer

    def letter(self, record: Record, reason: str, detail: str) -> DeadLettered:
        """Return the letter about `record`; the same record at the same place gives the same letter."""
        metrics.DEAD_LETTERS.labels(self._consumer, record.topic, reason).inc()
        place = (self._cluster, record.topic, str(record.partition), str(record.offset))
        return DeadLettered(
            id=derived_id("dead_letter", self._consumer, *place),
            occurred_at=system_now(),
            service=self._consumer,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason,
            # PostgreSQL has no place for NUL, and a record's own word for its type may hold one.
            detail=masked(detail.replace("\x00", "\ufffd"))[:DETAIL_MAX],
            attempt=record.attempt,
            sealed=self._sealer.seal(msgspec.json.encode(_contents(record))),
        )
