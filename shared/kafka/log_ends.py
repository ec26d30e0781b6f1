"""Where logs begin and end, asked of the broker without joining a group."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.settings import Settings

PATIENCE_MS = 2_000


class LogReader:
    """A consumer of no group, for questions about logs."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            enable_auto_commit=False,
            isolation_level="read_committed",
        )
        self._reading = asyncio.Lock()

    async def start(self) -> None:
        """Connect."""
        await self._consumer.start()

    async def stop(self) -> None:
        """Let go."""
        await self._consumer.stop()

    async def starts(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the first offset that each log still holds."""
        found: dict[TopicPartition, int] = await self._consumer.beginning_offsets(list(places))
        return found

    async def ends(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset that each log's next record will have."""
        found: dict[TopicPartition, int] = await self._consumer.end_offsets(list(places))
        return found

    async def first_record_from(self, place: TopicPartition, offset: int) -> int | None:
        """Return the offset of the first record at or after `offset`; None: there is none yet."""
        record = await self._first(place, offset)
        return record.offset if record else None

    async def time_at(self, place: TopicPartition, offset: int) -> float | None:
        """Return when the record at `offset` came into the log, in seconds since 1970; None: there is none yet."""
        record = await self._first(place, offset)
        return record.timestamp / 1000 if record else None

    async def _first(self, place: TopicPartition, offset: int) -> ConsumerRecord[bytes, bytes] | None:
        async with self._reading:
            self._consumer.assign([place])
            self._consumer.seek(place, offset)
            fetched = await self._consumer.getmany(place, timeout_ms=PATIENCE_MS, max_records=1)
            return fetched[place][0] if fetched.get(place) else None
