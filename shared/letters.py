"""Writes dead letters: what stood where, why it could not be used, and its bytes under seal."""

from shared import log, metrics
from shared.arrival import Record
from shared.clock import system_now
from shared.events.dead_lettered import DeadLettered
from shared.ids import derived_id
from shared.sealing import Sealer

DETAIL_MAX = 500


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
            detail=log.masked(detail)[:DETAIL_MAX],
            attempt=record.attempt,
            sealed=self._sealer.seal(record.value or b""),
        )
