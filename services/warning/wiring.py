"""The only place of this service that builds real things."""

import gc

from services.warning.storage import checkpoints
from services.warning.stream.hear import Hear, heard_topics
from services.warning.stream.sieve import Sieve
from shared.give_up import GiveUp
from shared.http.app import Front
from shared.kafka.faust_app import FaustConsumer
from shared.runner import Hearing
from shared.settings import Settings
from shared.station import open_station

SAYS = "Hears that a customer is about to leave."
SIEVE_GARBAGE = (50_000, 20, 100)
"""The sieve makes and drops objects by the ten thousand, and none of them point in circles: to look for those every 700
objects, as Python does by itself, takes a third of the time in which days are told."""


async def run_rules(settings: Settings) -> None:
    """Run the rules over everything but raw CDRs, on Faust."""
    async with open_station(settings, "warning") as station:
        hearing = Hearing(consumer="warning", topics=heard_topics(), handle=Hear(station.policies))
        consumer = FaustConsumer(settings, station.runner(hearing), station.positions)
        await station.policies.refresh()
        station.watch(hearing)
        station.sweep(GiveUp(station.cluster, station.undertaker("warning")))
        station.tasks.append(station.deciding(consumer.run))
        await station.serve(Front(SAYS), lambda: consumer.assigned)


async def run_sieve(settings: Settings) -> None:
    """Run the sieve over raw CDRs."""
    gc.set_threshold(*SIEVE_GARBAGE)
    async with open_station(settings, "warning") as station:
        station.positions_in = checkpoints.positions
        sieve = Sieve(station)
        station.watch(sieve)
        station.tasks += [station.deciding(sieve.run), sieve.knowledge.run]
        await station.serve(Front(SAYS), lambda: sieve.assigned)
