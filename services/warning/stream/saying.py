"""What the sieve says, by an idempotent producer: signals at once, closed days in whole batches."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from services.warning.domain.sieve.partitions import partitions_of
from shared import codec
from shared.catalogue import topic_of
from shared.events.usage_day import TOPIC as USAGE_DAYS
from shared.events.usage_day import UsageDay
from shared.kafka.producer import new_producer
from shared.settings import Settings
from shared.topic import Event

LINGER_MS = 2
BATCH_BYTES = 1_000_000
"""A partition has one batch on its way at a time: a slice of a closed day is to fit into one."""


class Saying:
    """A producer, and what of it the broker has not acknowledged yet."""

    def __init__(self, settings: Settings) -> None:
        self._producer: AIOKafkaProducer = new_producer(settings, LINGER_MS, BATCH_BYTES)
        self._unacknowledged: list[asyncio.Future[object]] = []

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()

    async def stop(self) -> None:
        """Wait for what is under way, then let go."""
        await self._producer.stop()

    async def say(self, events: Iterable[Event]) -> None:
        """Send `events`, each in its turn."""
        for event in events:
            topic = topic_of(type(event))
            key, value, headers = topic.key_of(event).encode(), codec.encode(event), codec.headers(topic, event)
            self._unacknowledged.append(await self._producer.send(topic.name, key=key, value=value, headers=headers))

    async def say_days(self, days: Sequence[UsageDay]) -> None:
        """Send `days` in whole batches, each of one partition."""
        if not days:
            return
        count = len(await self._producer.partitions_for(USAGE_DAYS.name))
        partitions = partitions_of([day.msisdn.encode() for day in days], count).tolist()
        by_partition: dict[int, list[UsageDay]] = {}
        for partition, day in zip(partitions, days, strict=True):
            by_partition.setdefault(partition, []).append(day)
        for partition, mine in by_partition.items():
            for batch in self.batches(mine):
                sent = await self._producer.send_batch(batch, USAGE_DAYS.name, partition=partition)
                self._unacknowledged.append(sent)

    def batches(self, days: Iterable[UsageDay]) -> Iterator[BatchBuilder]:
        """Yield `days` encoded, as many in each batch as it holds."""
        batch, last = self._producer.create_batch(), None
        for day in days:
            if last is None or last.occurred_at is not day.occurred_at:
                last, common = day, codec.headers(USAGE_DAYS, day)
            key, value = day.msisdn.encode(), codec.encode(day)
            headers = [common[0], ("ce_id", day.id.encode()), *common[2:]]
            if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
                yield batch
                batch = self._producer.create_batch()
                batch.append(timestamp=None, key=key, value=value, headers=headers)
        yield batch

    async def acknowledged(self) -> None:
        """Wait until the broker has acknowledged all that was said so far."""
        said, self._unacknowledged = self._unacknowledged, []
        await asyncio.gather(*said)
