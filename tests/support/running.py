"""A service running inside the test, beginning at the present ends of all logs, and what Kafka said meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any

import httpx
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.ports import free_ports, listening
from services.warning.storage.checkpoints import SHAPE
from shared import codec
from shared.arrival import Record
from shared.catalogue import topic_of, topics
from shared.events.call_detail_record import TOPIC as CDRS
from shared.kafka.producer import new_producer
from shared.kafka.topics import cluster_id, partitions
from shared.settings import Settings
from shared.topic import Event

Run = Callable[[Settings], Awaitable[None]]
PATIENCE_S = 60.0


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
    ends = await log_ends(settings)
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


async def begin_sieve(settings: Settings, marks: Mapping[TopicPartition, int]) -> None:
    """Make the sieve begin at `marks`, as `begin_now` returns them."""
    cluster = await cluster_id(settings)
    engine = create_async_engine(settings.database_url)
    async with engine.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO warning.sieve_checkpoint (cluster, partition, epoch, next_offset, closed_through,"
                " watermark_s, shape, sequence) VALUES (:cluster, :partition, 0, :offset, 0, 0, :shape, 0)"
            ),
            [
                {"cluster": cluster, "partition": place.partition, "offset": offset, "shape": SHAPE}
                for place, offset in marks.items()
                if place.topic == CDRS.name
            ],
        )
    await engine.dispose()


async def log_ends(settings: Settings) -> dict[TopicPartition, int]:
    """Return where each log of the catalogue ends now."""
    client = AIOKafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    await client.start()
    try:
        places = await partitions(settings, topics())
        # Assigned first, because the client learns of all topics at once by it, and else of one after the other.
        client.assign(places)
        ends: dict[TopicPartition, int] = await client.end_offsets(places)
        return ends
    finally:
        await client.stop()


@asynccontextmanager
async def task_running(work: Callable[[], Awaitable[None]]) -> AsyncIterator["asyncio.Future[None]"]:
    """Run `work` beside the test until the context ends, and wait for its clean-up."""
    task = asyncio.ensure_future(work())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


@asynccontextmanager
async def running(run: Run, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Run a service until the context ends, and return a client of its HTTP."""
    async with started(run, settings) as (client, _):
        yield client


@asynccontextmanager
async def started(run: Run, settings: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, "asyncio.Future[None]"]]:
    """Run a service as `running` does; return also its task, for a test in which it ends by itself."""
    own, url = _with_a_port(settings)
    async with httpx.AsyncClient(base_url=url, timeout=10) as client, task_running(lambda: run(own)) as task:
        await until(lambda: _ready(client, task), what="the service to be ready")
        yield client, task


def _with_a_port(settings: Settings) -> tuple[Settings, str]:
    """Return settings with a port of their own, and the address: a service that ran before may still hold its port."""
    [port] = free_ports(1)
    return settings.model_copy(update={"http_port": port}), f"http://127.0.0.1:{port}"


async def _ready(client: httpx.AsyncClient, task: "asyncio.Future[None]") -> bool:
    if task.done():
        task.result()
    with suppress(httpx.HTTPError):
        return (await client.get("/ready")).status_code == 200
    return False


@asynccontextmanager
async def halting(run: Run, settings: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """Run a service that halts by itself; return a client of it, and what it says on `/ready`."""
    own, url = _with_a_port(settings)
    async with httpx.AsyncClient(base_url=url, timeout=10) as client, task_running(lambda: run(own)) as task:
        await until(lambda: _halted(client, task), what="the service to halt")
        yield client, (await client.get("/ready")).json()["status"]


async def _halted(client: httpx.AsyncClient, task: "asyncio.Future[None]") -> bool:
    if task.done():
        task.result()
    with suppress(httpx.HTTPError):
        return (await client.get("/progress")).json().get("halted") is not None
    return False


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    """Serve `app` on `port` of this machine until the context ends."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off")
    server = _Server(config)
    task = asyncio.ensure_future(server.serve())
    try:
        await until(lambda: listening(port), what="the server to listen")
        yield
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """Leaves signals to pytest."""

    def capture_signals(self) -> Any:
        return nullcontext()


async def until(holds: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S, what: str = "it") -> None:
    """Wait until `holds`, looking every 50 ms; `what` says what was waited for."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline, f"waited {patience_s:.0f} s in vain for {what}"
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
