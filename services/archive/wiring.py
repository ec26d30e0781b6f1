"""The only place of this service that builds real things."""

from services.archive.stream.keep import Archive
from shared.http.app import Front
from shared.settings import Settings
from shared.station import open_station

SAYS = "Keeps every topic but raw CDRs."


async def run(settings: Settings) -> None:
    """Run the archive until told to stop."""
    async with open_station(settings, "archive") as station:
        archive = Archive(station)
        station.watch(archive)
        station.tasks.append(station.deciding(archive.run))
        await station.serve(Front(SAYS), lambda: archive.assigned)
