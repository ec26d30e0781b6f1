"""The only place of this service that builds real things."""

from services.offers.api.counter import Counter
from services.offers.api.room import Room
from services.offers.api.routes import router
from services.offers.domain.policies import policies
from services.offers.stream.hear import HEARD, hear
from shared.http.app import Front
from shared.kafka.consumer import Consumer
from shared.runner import Hearing
from shared.settings import Settings
from shared.station import open_station

SAYS = "Packages allowed for a customer, best first; offers issued, accepted, declined, each once only."


async def run(settings: Settings) -> None:
    """Run offers until told to stop."""
    async with open_station(settings, "offers") as station:
        await station.policies.refresh()
        hearing = Hearing(consumer="offers", topics=HEARD, handle=hear)
        consumer = Consumer(settings, station.runner(hearing), station.positions)
        station.watch(hearing)
        station.tasks.append(station.deciding(consumer.run))
        room = Room(station, Counter(station.policies))
        await station.serve(Front(SAYS, (router,), room, policies()), lambda: consumer.assigned)
