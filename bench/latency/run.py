"""The latency benchmark: the whole platform as its own processes, first idle, then under a network's CDRs."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter

import httpx
import msgspec
from aiokafka import AIOKafkaProducer
from msgspec import Struct
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.latency import base
from bench.latency.figures import Latency, latency
from bench.latency.rep import Listening, listening, record_staff
from bench.machine import Machine, cores, machine
from deploy.local.folders import Folders
from deploy.local.platform import Platform, Wanted, platform
from deploy.local.processes import Child, Program
from services.intake.stream.drain import Drain
from services.intake.stream.publisher import Publisher
from shared import codec
from shared.clock import system_now
from shared.events.call_detail_record import TOPIC as CDRS
from shared.events.forwarding_changed import TOPIC as FORWARDING
from shared.kafka.log_ends import LogReader
from shared.kafka.producer import new_producer
from shared.kafka.topics import partitions
from shared.settings import Settings

WARM_UP = 30
SPARE_SHARE, SPARE = 0.12, 5
"""So many more events are published than are asked for, because one customer in twenty is held out."""
GAPS_S = (0.1, 0.2)
"""Between two events, so that none waits for another."""
LOOK_S, LOOKS = 0.05, 1_200
STEADY_S = 3
"""The load runs so long before anything is measured under it."""


class Report(Struct, frozen=True, kw_only=True):
    """What the benchmark says."""

    idle: Latency
    loaded: Latency
    load_asked_per_s: int
    customers: int
    cores: int
    machine: Machine
    seconds: float


@dataclass(slots=True)
class Bench:
    """A platform that is up, with somebody who publishes and somebody who listens."""

    running: Platform
    engine: AsyncEngine
    producer: AIOKafkaProducer
    reader: LogReader
    http: httpx.AsyncClient
    rep: Listening
    luck: Random
    next_customer: int = 0
    published: dict[str, float] = field(default_factory=dict)
    """When the event of each customer was about to be published, by `perf_counter`."""

    async def phase(self, count: int) -> Latency:
        """Publish events of `count` further customers, one by one, and return how long they took."""
        customers = range(self.next_customer, self.next_customer + count)
        self.next_customer += count
        places = await partitions(_settings(self.running), [CDRS.name])
        before, began = await self.reader.ends(places), perf_counter()
        for index in customers:
            await self._publish(index)
            await asyncio.sleep(self.luck.uniform(*GAPS_S))
        after, ended = await self.reader.ends(places), perf_counter()
        behind = sum(after.values()) - await self._sieved()
        items = await self._settled([base.customer_id(index) for index in customers])
        took = [self.rep.heard[item] - self.published[customer] for customer, item in items.items() if item]
        rate = (sum(after.values()) - sum(before.values())) / (ended - began)
        return latency(took, held_out=count - len(took), cdrs_per_s=round(rate), sieve_behind=behind)

    async def _publish(self, index: int) -> None:
        event = base.forwarding(system_now(), index)
        key, value, headers = event.msisdn.encode(), codec.encode(event), codec.headers(FORWARDING, event)
        self.published[base.customer_id(index)] = perf_counter()
        await self.producer.send_and_wait(FORWARDING.name, key=key, value=value, headers=headers)

    async def _sieved(self) -> int:
        told = (await self.http.get(f"{self.running.urls['sieve']}/progress")).raise_for_status().json()
        return sum(told["positions"].get(CDRS.name, {}).values())

    async def _settled(self, customers: list[str]) -> dict[str, str | None]:
        """Return each customer's item, once every one is told of; None: held out.

        Raises:
            RuntimeError: a warning or its item is missing, or came into another state.
        """
        items: dict[str, str | None] = {}
        for _ in range(LOOKS):
            items = await self._items(customers)
            if items.keys() == set(customers) and all(item in self.rep.heard for item in items.values() if item):
                return items
            await asyncio.sleep(LOOK_S)
        heard = sum(item in self.rep.heard for item in items.values())
        raise RuntimeError(f"{len(customers)} events, {len(items)} warnings settled, {heard} items told")

    async def _items(self, customers: list[str]) -> dict[str, str | None]:
        query = "SELECT customer_id, state, work_item_id FROM dispatch.warning WHERE customer_id = ANY(:customers)"
        async with self.engine.connect() as tx:
            rows = list(await tx.execute(text(query), {"customers": customers}))
        if others := {row.state for row in rows} - {"open", "held_out"}:
            raise RuntimeError(f"warnings came into states that nobody asked for: {', '.join(others)}")
        return {row.customer_id: row.work_item_id for row in rows}

    @asynccontextmanager
    async def load(self, rate: int) -> AsyncIterator[None]:
        """Have another process publish `rate` CDRs a second for as long as the context lasts."""
        argv = [sys.executable, "-m", "bench.latency.load", str(rate)]
        log = self.running.folders.logs / "load.log"
        child = Child(Program(name="load", argv=argv, log=log, env=self.running.environment, restarts_max=0))
        places = await partitions(_settings(self.running), [CDRS.name])
        before = sum((await self.reader.ends(places)).values())
        await child.start()
        try:
            for _ in range(LOOKS):
                if sum((await self.reader.ends(places)).values()) - before >= rate * STEADY_S:
                    break
                await asyncio.sleep(LOOK_S)
            yield
        finally:
            await child.stop()


async def run(events: int, rate: int, seed: int, console: Console) -> Report:
    """Run the benchmark on a platform of its own: `events` at least measured in each phase, `rate` CDRs a second.

    Raises:
        RuntimeError: the platform did not come up, or an event was not told.
    """
    started = monotonic()
    count = events + ceil(events * SPARE_SHARE) + SPARE
    async with AsyncExitStack() as stack:
        bench = await _opened(stack, WARM_UP + 2 * count, seed, console)
        await bench.phase(WARM_UP)
        console.print(f"idle: {count} forwarding events")
        idle = await bench.phase(count)
        console.print(f"idle: p99 {idle.p99_ms} ms; now with {rate:,} CDRs a second")
        async with bench.load(rate):
            loaded = await bench.phase(count)
    return Report(
        idle=idle,
        loaded=loaded,
        load_asked_per_s=rate,
        customers=bench.next_customer,
        cores=cores(),
        machine=machine(),
        seconds=round(monotonic() - started, 1),
    )


async def _opened(stack: AsyncExitStack, customers: int, seed: int, console: Console) -> Bench:
    """Start everything, and load the base."""
    folder = stack.enter_context(TemporaryDirectory(prefix="keepline-bench-", ignore_cleanup_errors=True))
    wanted = Wanted(folders=Folders(Path(folder), "bench"), fresh=True, simulation=False, console=console)
    running = await stack.enter_async_context(platform(wanted))
    http = await stack.enter_async_context(httpx.AsyncClient(timeout=30.0))
    settings = _settings(running)
    reader, producer = LogReader(settings), new_producer(settings)
    for each in (reader, producer):
        await each.start()
        stack.push_async_callback(each.stop)
    engine = create_async_engine(settings.database_url)
    stack.push_async_callback(engine.dispose)
    console.print(f"loading {customers} customers")
    await _load_base(running, http, reader, customers)
    rep = await stack.enter_async_context(listening(http, running.urls))
    return Bench(running, engine, producer, reader, http, rep, Random(seed))


async def _load_base(running: Platform, http: httpx.AsyncClient, reader: LogReader, customers: int) -> None:
    """Load the tree, the people, the customers, their bills: each decided before what builds on it."""
    users = [{"staff_id": who, "name": who, "role": role, "region": path} for who, (role, path) in base.STAFF.items()]
    running.users.write_bytes(msgspec.json.encode(users))
    now, publisher, drain = system_now(), Publisher(_settings(running)), Drain(running.urls, reader)
    await publisher.start()
    try:
        await publisher.publish(base.regions(now))
        await drain()
        await record_staff(http, running.urls)
        held = [base.holdings(now, index) for index in range(customers)]
        await publisher.publish([customer for customer, _ in held])
        await publisher.publish([subscription for _, subscription in held])
        await drain()
        await publisher.publish([bill for index in range(customers) for bill in base.bills(now, index)])
        await drain()
    finally:
        await publisher.stop()
        await drain.close()


def _settings(running: Platform) -> Settings:
    told = running.environment
    return Settings(kafka=told["KEEPLINE_KAFKA"], database_url=told["KEEPLINE_DATABASE_URL"])
