"""A station is what one service stands on: database, broker, relay, policy, health; built once by its wiring."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import log, metrics, sweep
from shared.db import offsets, outbox
from shared.db.engine import connect
from shared.db.offsets import OffsetGapError, Place
from shared.db.policies import Policies
from shared.failures import OUTAGES, StopServiceError, transient
from shared.http.app import Front, new_app
from shared.http.health import Health, Progress
from shared.http.policies import PolicyRoom
from shared.http.policy_desk import PolicyDesk
from shared.http.tokens import Tokens
from shared.kafka.assignment import Positions
from shared.kafka.log_ends import LogReader
from shared.kafka.topics import cluster_id
from shared.lag import LagWatch, Listening
from shared.letters import Undertaker
from shared.relay import Relay
from shared.runner import Hearing, Runner, Surroundings
from shared.sealing import Sealer
from shared.settings import Settings
from shared.steady import Steadily
from shared.sweep import Due, Sweeper
from shared.watchdog import Watchdog

logger = log.get(__name__)

Task = Callable[[], Awaitable[None]]
"""Runs until it is cancelled."""
PositionsIn = Callable[[AsyncConnection, str], Awaitable[dict[Place, int]]]
DueIn = Callable[[AsyncConnection], Awaitable[int]]
BEAT_S = 1.0
MEASURE_S = 2.0


@dataclass
class Station:
    """One service's surroundings."""

    name: str
    settings: Settings
    stream: AsyncEngine
    """Acts as `<name>_stream`: it decides events."""
    api: AsyncEngine
    """Acts as `<name>_api`: it serves people, under row-level security."""
    cluster: str
    reader: LogReader
    relay: Relay
    policies: Policies
    watchdog: Watchdog
    assigned: Callable[[], bool] = lambda: False
    """Tells whether the consumer has its share of the partitions."""
    halted: str | None = None
    """Why the service stopped deciding, as a person must read it; None: it goes on."""
    positions_in: PositionsIn = offsets.positions
    """Reads how far this service is; the sieve keeps its own account of that."""
    due_in: DueIn = sweep.waiting
    """Counts the passed days of which something is left to do here."""
    tasks: list[Task] = field(default_factory=list)
    awaiting: list[Steadily] = field(default_factory=list)
    """Those who look at what was committed, beside the relay."""

    def runner(self, hearing: Hearing) -> Runner:
        """Return the runner that decides `hearing` here, with the relay that publishes what it says."""
        if hearing.says:
            self.tasks.append(self.relay.run)
        return Runner(hearing, self.surroundings(hearing.consumer))

    def surroundings(self, consumer: str) -> Surroundings:
        """Return what `consumer` stands on here."""
        return Surroundings(
            engine=self.stream,
            cluster=self.cluster,
            undertaker=self.undertaker(consumer),
            pass_gap=self.pass_gap,
            committed=self.committed,
        )

    async def pass_gap(self, consumer: str, gap: OffsetGapError) -> None:
        """Have the broker confirm a gap in a log, write it down, and go on behind it.

        Raises:
            OffsetGapError: there are records in the gap, which the client left out.
        """
        kind = await self.positions.confirm_gap(gap)
        tell = logger.error if kind == "retention_loss" else logger.info
        tell("gap in the log", kind=kind, detail=str(gap))
        metrics.GAPS.labels(consumer, kind).inc()
        async with self.stream.begin() as tx:
            await offsets.note_gap(tx, gap, kind)

    def undertaker(self, consumer: str) -> Undertaker:
        """Return who writes the dead letters of `consumer`."""
        return Undertaker(consumer, self.cluster, Sealer(self.settings.secret_key.get_secret_value()))

    def committed(self) -> None:
        """Say that a transaction here was committed: whoever waits for what it said looks now."""
        for waiting in (self.relay, *self.awaiting):
            waiting.wake()

    @property
    def positions(self) -> Positions:
        """Return PostgreSQL's positions, as a consumer takes them over."""
        return Positions(self.stream, self.cluster, self.reader)

    def watch(self, hearing: Listening) -> None:
        """Measure the lag of `hearing`, for the metrics and the watchdog."""
        watch = LagWatch(self._positions_now, hearing, self.reader)
        self.tasks.append(lambda: watch.run(self.watchdog))

    def sweep(self, due: Due) -> None:
        """Do what falls due as days pass."""
        sweeper = Sweeper(self.stream, due, self.committed)
        self.awaiting.append(sweeper)
        self.tasks.append(sweeper.run)

    async def serve(self, front: Front, assigned: Callable[[], bool]) -> None:
        """Run everything until SIGTERM or SIGINT; end with the first task that fails."""
        self.assigned = assigned
        health = Health(ready=self.ready, progress=self.progress)
        desk = PolicyDesk(front.policies, front.families, front.rehearse)
        policy_room = PolicyRoom(self.api, desk, self.policies.wake)
        app = new_app(self.name, front, Tokens(self.settings), health, policy_room)
        server = _Server(_quiet(app, self.settings))
        try:
            measuring = Steadily(self._measure, MEASURE_S)
            await _until_signalled([server.serve, self._beat, measuring.run, self.policies.follow, *self.tasks])
        finally:
            self.watchdog.end()

    def deciding(self, consume: Task) -> Task:
        """Return `consume` as a task that halts, instead of ending the process, where a person must mend something."""

        async def halting() -> None:
            try:
                await consume()
            except StopServiceError as stop:
                self.halted = str(stop)
                logger.error("halted", why=self.halted)

        return halting

    async def _positions_now(self) -> dict[Place, int]:
        async with self.stream.connect() as tx:
            return await self.positions_in(tx, self.cluster)

    async def progress(self) -> Progress:
        """Return how far this service is."""
        async with self.stream.connect() as tx:
            known = await self.positions_in(tx, self.cluster)
            unpublished, due = await outbox.depth(tx), await self.due_in(tx)
        positions: dict[str, dict[int, int]] = {}
        for place, following in known.items():
            positions.setdefault(place.topic, {})[place.partition] = following
        return Progress(
            consumer=self.name,
            ready=self._missing() is None,
            positions=positions,
            outbox=unpublished,
            due=due,
            halted=self.halted,
        )

    async def ready(self) -> str | None:
        """Return why this service is not ready; None: it has its partitions and its database."""
        why = self._missing() or await self._database_missing()
        metrics.READY.labels(self.name).set(0 if why else 1)
        metrics.HALTED.labels(self.name).set(1 if self.halted else 0)
        return why

    def _missing(self) -> str | None:
        return self.halted or (None if self.assigned() else "no partitions yet")

    async def _database_missing(self) -> str | None:
        try:
            async with self.stream.connect() as tx:
                metrics.OUTBOX.labels(self.name).set(await outbox.depth(tx))
        except OUTAGES as error:
            if not transient(error):
                raise
            return "no database"
        return None

    async def _measure(self) -> None:
        """Keep readiness and outbox fresh for `/metrics`, which nobody but Prometheus may ever ask for."""
        await self.ready()

    async def _beat(self) -> None:
        self.watchdog.start()
        while True:
            self.watchdog.beat()
            await asyncio.sleep(BEAT_S)


@asynccontextmanager
async def open_station(settings: Settings, name: str) -> AsyncIterator[Station]:
    """Connect service `name` to the database and the broker, and let go of both at the end."""
    log.configure(name, settings.log_level)
    stream = connect(settings.database_url, name, f"{name}_stream")
    api = connect(settings.database_url, name, f"{name}_api", pool_size=10)
    reader = LogReader(settings)
    await reader.start()
    try:
        await _check_deployment(settings, stream)
        yield Station(
            name=name,
            settings=settings,
            stream=stream,
            api=api,
            cluster=await cluster_id(settings),
            reader=reader,
            relay=Relay(stream, name, settings),
            policies=Policies(stream, name),
            watchdog=Watchdog(settings.stall_s),
        )
    finally:
        await reader.stop()
        await stream.dispose()
        await api.dispose()


async def _check_deployment(settings: Settings, engine: AsyncEngine) -> None:
    """Stop before production decides on a simulation's time.

    Raises:
        StopServiceError: the database is a simulation's, and the settings say production.
    """
    if settings.environment != "production":
        return
    async with engine.connect() as tx:
        simulated = (await tx.execute(text("SELECT simulation FROM platform.deployment"))).scalar_one_or_none()
    if simulated:
        raise StopServiceError(
            "could not start: the database belongs to a simulation, and KEEPLINE_ENVIRONMENT says production. "
            "Point KEEPLINE_DATABASE_URL at the production database"
        )


class _Server(uvicorn.Server):
    """Leaves signals to the station: uvicorn would end only itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _quiet(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )


async def _until_signalled(tasks: Sequence[Task]) -> None:
    """Run `tasks` together until a signal asks to stop, or one of them fails."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    running: list[asyncio.Future[Any]] = [asyncio.ensure_future(task()) for task in tasks]
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    try:
        await _first_failure(running, stopping)
    finally:
        for task in (*running, stopping):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _first_failure(running: Sequence[asyncio.Future[Any]], stopping: asyncio.Future[Any]) -> None:
    pending = {*running, stopping}
    while stopping in pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
