"""The only place of this service that builds real things."""

from pathlib import Path

from services.kpi.api.room import Room
from services.kpi.api.routes import router
from services.kpi.domain.policies import policies as known
from services.kpi.storage import counters
from services.kpi.stream.due import Due
from services.kpi.stream.hear import HEARD, Hear
from services.kpi.stream.recount import Difference, archived_events, differences, recounted
from shared.db import policies
from shared.db.engine import connect
from shared.http.app import Front
from shared.kafka.consumer import Consumer
from shared.runner import Hearing
from shared.settings import Settings
from shared.station import open_station

SAYS = "Success rates by month, city, county and person."


async def run(settings: Settings) -> None:
    """Run KPI until told to stop."""
    async with open_station(settings, "kpi") as station:
        await station.policies.refresh()
        hear = Hear(station.policies)
        hearing = Hearing(consumer="kpi", topics=HEARD, handle=hear)
        consumer = Consumer(settings, station.runner(hearing), station.positions)
        station.watch(hearing)
        station.sweep(Due(hear))
        station.tasks.append(station.deciding(consumer.run))
        await station.serve(Front(SAYS, (router,), Room(station), known()), lambda: consumer.assigned)


async def recount(settings: Settings) -> list[Difference]:
    """Count the archive afresh, and return where the counters differ; they should nowhere."""
    engine = connect(settings.database_url, "kpi", "kpi_stream")
    try:
        async with engine.connect() as tx:
            kept = await counters.everything(tx)
            swept, book = await counters.last_day_swept(tx), await policies.read(tx)
    finally:
        await engine.dispose()
    afresh = recounted(archived_events(Path(settings.archive_dir)), book, swept)
    return differences(kept, afresh)
