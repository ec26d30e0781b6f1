"""The only place of this service that builds real things."""

import gc
import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from services.warning.api import lists, porting, shadow
from services.warning.api.rehearsing import Rehearsing
from services.warning.api.room import Room
from services.warning.domain.policies import families, policies
from services.warning.storage import checkpoints, reentries
from services.warning.storage import troubles as storage
from services.warning.storage.troubles import Trouble
from services.warning.stream.catch_up import CatchUp
from services.warning.stream.due import Due
from services.warning.stream.hear import Hear, heard_topics
from services.warning.stream.reentries import Reentries
from services.warning.stream.ruling import Ruling
from services.warning.stream.shadows import Shadows
from services.warning.stream.sieve import Sieve
from services.warning.stream.trial import Trial
from services.warning.stream.usage import HEARD, keep_usage_days
from shared.db import audit
from shared.db.audit import Operator
from shared.db.engine import connect
from shared.give_up import GiveUp
from shared.http.app import Front
from shared.kafka.consumer import Consumer
from shared.kafka.faust_app import FaustConsumer
from shared.runner import Hearing
from shared.settings import Settings
from shared.station import Station, open_station

SAYS = "Hears that a customer is about to leave."
SIEVE_GARBAGE = (50_000, 20, 100)
"""The sieve makes and drops objects by the ten thousand, and none of them point in circles: to look for those every 700
objects, as Python does by itself, takes a third of the time in which days are told."""


async def run_rules(settings: Settings) -> None:
    """Run the rules over everything but raw CDRs, on Faust."""
    async with open_station(settings, "warning") as station:
        trial = Trial(settings)
        shadows = Shadows(station.stream, station.policies, trial)
        ruling = Ruling(station.policies, trial, shadows)
        hear = Hear(ruling)
        station.watchdog.last_words = trial.last_words
        hearing = Hearing(consumer="warning", topics=heard_topics(), handle=hear)
        consumer = FaustConsumer(settings, station.runner(hearing), station.positions)
        await station.policies.refresh()
        station.watch(hearing)
        await shadows.refresh()
        station.sweep(Due(hear, shadows, GiveUp(station.cluster, station.undertaker("warning"))))
        catch_up = CatchUp(station.stream, ruling, station.committed)
        station.tasks += [station.deciding(consumer.run), catch_up.run, shadows.run]
        routers = (lists.router, porting.router, shadow.router)
        front = _front(station, routers, Room(station, shadows.wake))
        await station.serve(front, lambda: consumer.assigned)


async def troubles(settings: Settings) -> list[tuple[Trouble, int]]:
    """Return each rule that failed, with how many facts wait for it."""
    async with _database(settings) as engine, engine.connect() as tx:
        missed = await storage.missed_by_rule(tx)
        return [(each, missed.get(each.rule_id, 0)) for each in await storage.known(tx)]


async def release(settings: Settings, rule_id: str) -> int | None:
    """End the quarantine of `rule_id`; return how many facts it takes now, or None where it had no trouble."""
    async with _database(settings) as engine, engine.begin() as tx:
        if rule_id not in {each.rule_id for each in await storage.known(tx)}:
            return None
        await audit.note(tx, Operator(getpass.getuser()), "rule_released", rule_id, {})
        return await storage.release(tx, rule_id)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Open the service's database as its stream does."""
    engine = connect(settings.database_url, "warning", "warning_stream", pool_size=1)
    try:
        yield engine
    finally:
        await engine.dispose()


async def run_usage(settings: Settings) -> None:
    """Keep usage days, for the rules that look back at them, and look for re-entry numbers in them."""
    async with open_station(settings, "warning") as station:
        hearing = Hearing(consumer="usage", topics=HEARD, handle=keep_usage_days, repeatable=True, says=False)
        consumer = Consumer(settings, station.runner(hearing), station.positions)
        station.watch(hearing)
        await station.policies.refresh()
        station.due_in = reentries.waiting
        station.tasks += [station.deciding(consumer.run), Reentries(station.stream, station.policies).run]
        await station.serve(_front(station), lambda: consumer.assigned)


async def run_sieve(settings: Settings) -> None:
    """Run the sieve over raw CDRs."""
    gc.set_threshold(*SIEVE_GARBAGE)
    async with open_station(settings, "warning") as station:
        station.positions_in = checkpoints.positions
        sieve = Sieve(station)
        station.watch(sieve)
        station.tasks += [station.deciding(sieve.run), sieve.knowledge.run]
        await station.serve(_front(station), lambda: sieve.assigned)


def _front(station: Station, routers: Sequence[APIRouter] = (), room: Room | None = None) -> Front:
    """Return what each process of this service shows: its routes, and all of its policies."""
    return Front(SAYS, routers, room, policies(), families(), Rehearsing(station.stream))
