"""The only place of this service that builds real things."""

from services.points.api.room import Room
from services.points.api.routes import router
from services.points.domain.policies import policies
from services.points.stream.hear import HEARD, Hear
from shared.give_up import GiveUp
from shared.http.app import Front
from shared.kafka.consumer import Consumer
from shared.runner import Hearing
from shared.settings import Settings
from shared.station import open_station

SAYS = "The loyalty ledger: balances, and points for airtime."


async def run(settings: Settings) -> None:
    """Run points until told to stop."""
    async with open_station(settings, "points") as station:
        await station.policies.refresh()
        hearing = Hearing(consumer="points", topics=HEARD, handle=Hear(station.policies))
        consumer = Consumer(settings, station.runner(hearing), station.positions)
        station.watch(hearing)
        station.sweep(GiveUp(station.cluster, station.undertaker("points")))
        station.tasks.append(station.deciding(consumer.run))
        await station.serve(Front(SAYS, (router,), Room(station), policies()), lambda: consumer.assigned)
