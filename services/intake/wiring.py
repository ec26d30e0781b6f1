"""The only place of this service that builds real things."""

from services.intake.api import door
from services.intake.api.room import Room
from services.intake.stream.calendar import Almanac
from services.intake.stream.publisher import Publisher
from shared.http.app import Front
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
