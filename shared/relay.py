"""The relay publishes what committed transactions said, in the order of each key, at least once."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import outbox
from shared.db.outbox import Unpublished
from shared.db.plumbing import SHARDS
from shared.kafka.producer import new_producer
from shared.settings import Settings
from shared.steady import Steadily

BATCH = 1_000
POLL_S = 1.0
"""The slow poll finds what a crashed process left; a commit wakes the relay of its process, and that one the others."""


class Relay(Steadily):
    """One service's relay; of several processes each holds some shards, and takes over those of one that died."""

    def __init__(self, engine: AsyncEngine, schema: str, settings: Settings) -> None:
        self._engine = engine
        self._schema = schema
        self._settings = settings
        self._committed = False
        super().__init__(self._serve, POLL_S)

    def wake(self) -> None:
        """Ask for what a transaction of this process said to be published now."""
        self._committed = True
        super().wake()

    async def _serve(self) -> None:
        producer = new_producer(self._settings)
        await producer.start()
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                try:
                    await self._publish_all(connection, producer)
                finally:
                    # The shards' locks belong to this connection: it must not go back to the pool with them.
                    await connection.invalidate()
        finally:
            await producer.stop()

    async def _publish_all(self, connection: AsyncConnection, producer: AIOKafkaProducer) -> None:
        held: list[int] = []
        await outbox.hear_of_others(connection, self._schema, super().wake)
        while True:
            self.hush()
            committed, self._committed = self._committed, False
            if len(held) < SHARDS:
                held = sorted({*held, *await outbox.lock_shards(connection, self._schema)})
            if committed and len(held) < SHARDS:
                await outbox.tell_others(connection, self._schema)
            rows = await outbox.take(connection, held, BATCH)
            if rows:
                await _publish(producer, rows)
                await outbox.delete(connection, [row.id for row in rows])
            if len(rows) < BATCH:
                await self.rest()


async def _publish(producer: AIOKafkaProducer, rows: Sequence[Unpublished]) -> None:
    """Send `rows` in order and wait for all acknowledgements; on a failure all of them will be sent again."""
    acknowledged = [await producer.send(row.topic, key=row.key, value=row.value, headers=row.headers) for row in rows]
    await asyncio.gather(*acknowledged)
