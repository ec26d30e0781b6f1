"""A service running inside the test, beginning at the present ends of all logs, and what Kafka said meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

import httpx
from aiokafka import AIOKafkaProducer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import codec
from shared.arrival import Record
from shared.catalogue import topic_of, topics
from shared.kafka.log_ends import LogReader
from shared.kafka.producer import new_producer
from shared.kafka.topics import cluster_id, partitions
from shared.settings import Settings
from shared.topic import Event

Run = Callable[[Settings], Awaitable[None]]
PATIENCE_S = 30.0


@asynccontextmanager
async def producing(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer."""
    producer = new_producer(settings)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def publish(producer: AIOKafkaProducer, events: Iterable[Event]) -> None:
    """Publish `events` as an upstream system would, and wait for the acknowledgements."""
    sent = []
    for event in events:
        topic = topic_of(type(event))
        key = topic.key_of(event).encode()
        sent.append(
            await producer.send(topic.name, key=key, value=codec.encode(event), headers=codec.headers(topic, event))
        )
    await asyncio.gather(*sent)


async def begin_now(settings: Settings, schemas: Sequence[str]) -> dict[TopicPartition, int]:
    """Make each service begin at the present ends of all logs, so that it hears nothing of earlier tests."""
    reader = LogReader(settings)
    await reader.start()
    try:
        ends = await reader.ends(await partitions(settings, topics()))
    finally:
        await reader.stop()
    cluster = await cluster_id(settings)
    rows = [{"c": cluster, "t": p.topic, "p": p.partition, "o": offset} for p, offset in ends.items()]
    engine = create_async_engine(settings.database_url)
    async with engine.begin() as tx:
        for schema in schemas:
            await tx.execute(
                text(
                    f"INSERT INTO {schema}.consumer_offset (cluster, topic, partition, next_offset)"
                    " VALUES (:c, :t, :p, :o)"
                ),
                rows,
            )
    await engine.dispose()
    return ends


@asynccontextmanager
async def running(run: Run, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Run a service until the context ends, and return a client of its HTTP."""
    task = asyncio.ensure_future(run(settings))
    url = f"http://127.0.0.1:{settings.http_port}"
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        try:
            await until(lambda: _ready(client, task))
            yield client
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _ready(client: httpx.AsyncClient, task: "asyncio.Future[None]") -> bool:
    if task.done():
        task.result()
    with suppress(httpx.HTTPError):
        return (await client.get("/ready")).status_code == 200
    return False


async def until(holds: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    """Wait until `holds`, looking every 50 ms."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.05)


def record_of(event: Event, offset: int, partition: int = 0) -> Record:
    """Return an event as a record at `offset`."""
    topic = topic_of(type(event))
    return Record(
        topic=topic.name,
        partition=partition,
        offset=offset,
        key=topic.key_of(event).encode(),
        value=codec.encode(event),
        ce_type=topic.name,
        timestamp_ms=int(event.occurred_at.timestamp() * 1000),
    )
