"""The only place of this service that builds real things."""

from services.warning.stream.hear import GiveUp, Hear, heard_topics
from shared.http.app import Front
from shared.kafka.faust_app import FaustConsumer
from shared.runner import Hearing
from shared.sealing import Sealer
from shared.settings import Settings
from shared.station import open_station
from shared.sweep import Sweeper

SAYS = "Hears that a customer is about to leave."


async def run_rules(settings: Settings) -> None:
    """Run the rules over everything but raw CDRs, on Faust."""
    async with open_station(settings, "warning") as station:
        hearing = Hearing(consumer="warning", topics=heard_topics(), handle=Hear(station.policies))
        consumer = FaustConsumer(settings, station.runner(hearing), station.positions)
        sealer = Sealer(settings.secret_key.get_secret_value())
        sweeper = Sweeper(station.stream, GiveUp(station.cluster, sealer), station.committed)
        await station.policies.refresh()
        station.watch(hearing)
        station.awaiting.append(sweeper)
        station.tasks += [station.deciding(consumer.run), sweeper.run]
        await station.serve(Front(SAYS), lambda: consumer.assigned)
