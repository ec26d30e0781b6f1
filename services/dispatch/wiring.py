"""The only place of this service that builds real things."""

from services.dispatch.api import events, people, work
from services.dispatch.api.desk import Desk
from services.dispatch.api.listening import Broadcaster
from services.dispatch.api.offers import OffersClient
from services.dispatch.api.room import Room
from services.dispatch.domain.policies import policies
from services.dispatch.storage import queue
from services.dispatch.storage.decider import Decider
from services.dispatch.stream.hear import HEARD, Hear
from shared import metrics
from shared.http.app import Front
from shared.kafka.consumer import Consumer
from shared.runner import Hearing
from shared.settings import Settings
from shared.station import Station, open_station
from shared.steady import Steadily

SAYS = "Work items for call-centre apps: claim under a lease, card in hand, report the result."
ROUTERS = (work.router, events.router, people.router)
GAUGE_S = 5.0


async def run(settings: Settings) -> None:
    """Run dispatch until told to stop."""
    async with open_station(settings, "dispatch") as station:
        await station.policies.refresh()
        decider = Decider(station.policies)
        hear = Hear(decider)
        hearing = Hearing(consumer="dispatch", topics=HEARD, handle=hear)
        consumer = Consumer(settings, station.runner(hearing), station.positions)
        broadcaster = Broadcaster(station.stream)
        gauges = Steadily(lambda: _measure(station), GAUGE_S)
        station.watch(hearing)
        station.sweep(hear.due)
        station.awaiting.append(broadcaster)
        station.tasks += [station.deciding(consumer.run), broadcaster.run, gauges.run]
        offers = OffersClient(settings.addresses.get("offers"))
        room = Room(station, Desk(station.policies, decider), offers, broadcaster)
        try:
            await station.serve(Front(SAYS, ROUTERS, room, policies()), lambda: consumer.assigned)
        finally:
            await offers.close()


async def _measure(station: Station) -> None:
    async with station.stream.connect() as tx:
        depths = await queue.depths(tx)
    for tier in ("customer_manager", "phone_manager"):
        waiting, oldest_s = depths.get(tier, (0, 0.0))
        metrics.QUEUE_DEPTH.labels(tier).set(waiting)
        metrics.QUEUE_OLDEST_SECONDS.labels(tier).set(oldest_s)
