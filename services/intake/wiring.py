"""The only place of this service that builds real things."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from rich.progress import Progress

from services.intake.api import door, feeds
from services.intake.api.room import FeedsRoom, Room
from services.intake.domain.feeds import Quality
from services.intake.domain.format import Format
from services.intake.domain.policies import policies
from services.intake.domain.report import Report
from services.intake.domain.simulator.operator import Operator
from services.intake.domain.simulator.walk import Walk
from services.intake.domain.simulator.world import Plan, World
from services.intake.storage.feeds import judged
from services.intake.stream.billing_desk import BillingDesk
from services.intake.stream.calendar import Almanac
from services.intake.stream.drain import Drain
from services.intake.stream.feeds import Meter, Watch
from services.intake.stream.files import Files, Tray
from services.intake.stream.notebook import Notebook
from services.intake.stream.publisher import Publisher
from services.intake.stream.reading import Held, Tell, read
from services.intake.stream.simulation import Simulation, Stage
from services.intake.stream.web_hall import WebHall
from shared import log
from shared.calendar import local_date
from shared.clock import monotonic
from shared.db.business_clock import business_now
from shared.db.engine import connect
from shared.db.policies import read as read_policies
from shared.http.app import Front
from shared.kafka.consumer import Consumer
from shared.kafka.log_ends import LogReader
from shared.settings import Settings
from shared.station import open_station

SAYS = "Events in: CloudEvents and bare JSON, taken when Kafka has acknowledged them."
FEEDS_SAY = "How good each upstream feed is: what is missing, late, repeated, refused."
METER_BATCH = 5_000
"""To count is little work for each record: what a transaction costs counts more, and more at a time make fewer."""
HTTP_S = 30.0


async def run_door(settings: Settings) -> None:
    """Serve the HTTP door, and tell each day that passes; in a simulation the simulator tells the days."""
    async with open_station(settings, "intake") as station, open_publisher(settings) as publisher:
        if not settings.simulation:
            station.tasks.append(Almanac(station.stream, publisher).run)
        await station.serve(Front(SAYS, (door.router,), Room(publisher), policies()), lambda: True)


async def run_feeds(settings: Settings) -> None:
    """Measure how good each upstream feed is."""
    async with open_station(settings, "intake") as station:
        await station.policies.refresh()
        meter = Meter(station.surroundings("feeds"))
        consumer = Consumer(settings, meter, station.positions, METER_BATCH)
        station.watch(meter.hearing)
        station.tasks += [station.relay.run, station.deciding(consumer.run), Watch(station).run]
        front = Front(FEEDS_SAY, (feeds.router,), FeedsRoom(station), policies())
        await station.serve(front, lambda: consumer.assigned)


async def feeds_of(settings: Settings, day: date | None) -> list[Quality]:
    """Return how good each feed was on `day`; None: today, in business time."""
    engine = connect(settings.database_url, "intake", "intake_stream", pool_size=1)
    try:
        async with engine.connect() as tx:
            asked = day or local_date(await business_now(tx))
            return await judged(tx, await read_policies(tx), asked)
    finally:
        await engine.dispose()


async def run_simulation(settings: Settings, plan: Plan, home: Path, pace_s: float) -> None:
    """Play a simulated operator to its last day; what it wrote down in `home` is taken up again."""
    log.configure("simulator", settings.log_level)
    notebook = Notebook(home, home)
    world = notebook.scene(World(plan=plan))
    notebook.write_truth(world)
    async with open_stage(settings, notebook) as stage:
        hall = WebHall(stage.http, settings.addresses)
        await Simulation(stage, Operator(world)).run(partial(hall.serve, world), pace_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Foreign files to be read."""

    form: Format
    path: Path
    folder: Path
    """Where the report goes, and what was refused."""
    home: Path
    """The platform's folder: its issuer reads there who has a login."""
    as_then: bool
    """Tell each record on its day of business time."""
    named: Mapping[str, str]
    """Headings by the format's fields, where the files have others than the usual ones."""


async def run_errand(settings: Settings, errand: Errand, progress: Progress) -> dict[str, Any]:
    """Publish the records of `errand`, and return the report.

    Raises:
        FileNotFoundError, ValueError: the files are not of the format.
        NoRecordsError, TooManyError, PastError, StuckError: the walk cannot be begun, or came to a halt.
    """
    log.configure("intake", "WARNING")
    started = monotonic()
    reading = progress.add_task("reading", total=None)
    files = Files(errand.path, partial(progress.advance, reading), errand.named)
    progress.update(reading, total=files.size)
    with Tray(errand.folder) as tray:
        read_all = partial(read, errand.form, files, tray)
        walked = _walked(settings, errand, read_all, progress) if errand.as_then else _published(settings, read_all)
        told = (await walked).summed(errand.form.money) | {"seconds": round(monotonic() - started, 1)}
        tray.report(told)
    return told


ReadAll = Callable[[Tell], Awaitable[Report]]


async def _published(settings: Settings, read_all: ReadAll) -> Report:
    async with open_publisher(settings) as publisher:
        return await read_all(publisher.publish)


async def _walked(settings: Settings, errand: Errand, read_all: ReadAll, progress: Progress) -> Report:
    """Play the records day by day; nobody comes to the hall, for they tell of nobody who did."""
    held = Held()
    report = await read_all(held)
    walk = Walk(held.events, Plan().seed)
    walk.scene = (notebook := Notebook(errand.folder, errand.home)).scene(walk.scene)
    days = progress.add_task("playing", total=walk.scene.plan.days, completed=walk.scene.day)
    async with open_stage(settings, notebook, lambda _: progress.advance(days)) as stage:
        await Simulation(stage, walk).run(_nobody, pace_s=0.0)
    return report


async def _nobody() -> None:
    return None


@asynccontextmanager
async def open_publisher(settings: Settings) -> AsyncIterator[Publisher]:
    """Connect a publisher, and wait at the end for what is under way."""
    publisher = Publisher(settings)
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()


@asynccontextmanager
async def open_stage(
    settings: Settings, notebook: Notebook, played: Callable[[date], None] = lambda day: None
) -> AsyncIterator[Stage]:
    """Connect everything that a simulation stands on, and let go of it at the end."""
    async with AsyncExitStack() as held:
        engine, reader = connect(settings.database_url, "intake", "intake_stream"), LogReader(settings)
        held.push_async_callback(engine.dispose)
        publisher = await held.enter_async_context(open_publisher(settings))
        await reader.start()
        held.push_async_callback(reader.stop)
        desk, drain = BillingDesk(settings), Drain(settings.addresses, reader)
        await desk.start()
        held.push_async_callback(desk.stop)
        held.push_async_callback(drain.close)
        yield Stage(
            engine=engine,
            publisher=publisher,
            drain=drain,
            http=await held.enter_async_context(httpx.AsyncClient(timeout=HTTP_S)),
            desk=desk,
            notebook=notebook,
            addresses=settings.addresses,
            played=played,
        )
