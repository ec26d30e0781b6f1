"""The only place of this service that builds real things."""

from pathlib import Path

from services.intake.api import door
from services.intake.api.room import Room
from services.intake.domain.simulator.world import Plan
from services.intake.stream.calendar import Almanac
from services.intake.stream.drain import Drain
from services.intake.stream.publisher import Publisher
from services.intake.stream.simulation import Notebook, Simulation
from shared import log
from shared.db.engine import connect
from shared.http.app import Front
from shared.kafka.log_ends import LogReader
from shared.settings import Settings
from shared.station import open_station

SAYS = "Events in: CloudEvents and bare JSON, taken when Kafka has acknowledged them."


async def run_door(settings: Settings) -> None:
    """Serve the HTTP door, and tell each day that passes; in a simulation the simulator tells the days."""
    async with open_station(settings, "intake") as station:
        publisher = Publisher(settings)
        await publisher.start()
        try:
            if not settings.simulation:
                station.tasks.append(Almanac(station.stream, publisher).run)
            await station.serve(Front(SAYS, (door.router,), Room(publisher)), lambda: True)
        finally:
            await publisher.stop()


async def run_simulation(settings: Settings, plan: Plan, home: Path, pace_s: float) -> None:
    """Play a simulated operator to its last day; what it wrote down in `home` is taken up again."""
    log.configure("simulator", settings.log_level)
    notebook = Notebook(home)
    world = notebook.world(plan)
    engine = connect(settings.database_url, "intake", "intake_stream")
    publisher, reader = Publisher(settings), LogReader(settings)
    drain = Drain(settings.addresses, reader)
    await publisher.start()
    await reader.start()
    try:
        await Simulation(settings, engine, notebook, world).run(publisher, drain, pace_s)
    finally:
        await publisher.stop()
        await reader.stop()
        await drain.close()
        await engine.dispose()
