"""Publishes events and waits until every one is acknowledged; what is under way is bounded."""

import asyncio
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from shared import codec
from shared.catalogue import topic_of
from shared.kafka.producer import new_producer
from shared.settings import Settings
from shared.topic import Event

UNDER_WAY_MAX = 20_000
"""Events sent and not yet acknowledged; beyond, the door says 429 and files wait."""
PARTS = 2_000
ACKNOWLEDGED_S = 30.0
"""How long so many may take; a broker that is away longer is an outage, and whoever publishes is told."""


class PressureError(Exception):
    """Too much is under way to the broker already."""


class Publisher:
    """An idempotent producer with a bound."""

    def __init__(self, settings: Settings) -> None:
        self._producer: AIOKafkaProducer = new_producer(settings, linger_ms=5)
        self._under_way = 0

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()

    async def stop(self) -> None:
        """Wait for what is under way, then let go."""
        await self._producer.stop()

    async def publish(self, events: Iterable[Event]) -> int:
        """Publish `events` in order and return how many, once all are acknowledged.

        Raises:
            PressureError: the broker is too far behind; nothing was sent.
            aiokafka.errors.KafkaError: the broker refused or is away; send again, ids make it harmless.
        """
        listed = list(events)
        if self._under_way + len(listed) > UNDER_WAY_MAX and self._under_way:
            raise PressureError
        self._under_way += len(listed)
        try:
            for start in range(0, len(listed), PARTS):
                await self._send_part(listed[start : start + PARTS])
        finally:
            self._under_way -= len(listed)
        return len(listed)

    async def _send_part(self, events: Sequence[Event]) -> None:
        try:
            async with asyncio.timeout(ACKNOWLEDGED_S):
                await asyncio.gather(*[await self._send(event) for event in events])
        except TimeoutError as late:
            raise KafkaTimeoutError(f"no acknowledgement within {ACKNOWLEDGED_S:.0f} s") from late

    async def _send(self, event: Event) -> "asyncio.Future[object]":
        topic = topic_of(type(event))
        acknowledged: asyncio.Future[object] = await self._producer.send(
            topic.name,
            key=topic.key_of(event).encode(),
            value=codec.encode(event),
            headers=codec.headers(topic, event),
        )
        return acknowledged
