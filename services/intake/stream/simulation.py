"""The simulated operator at work: a day is published, drained, worked, and only then the next one begins.

After each day the world is written down, and again before each reported call; a simulation that was killed goes on
where it was, and everything it repeats has the same ids.
"""

import asyncio
from collections.abc import Iterable
from datetime import time
from pathlib import Path

import httpx
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.domain.simulator import billing, day, history
from services.intake.domain.simulator.staff import Person, staff
from services.intake.domain.simulator.world import Plan, World, fields
from services.intake.stream.billing_desk import BillingDesk
from services.intake.stream.call_centre import CallCentre
from services.intake.stream.drain import Drain
from services.intake.stream.publisher import Publisher
from services.intake.stream.requests import Client
from services.intake.stream.web_hall import WebHall
from shared import log
from shared.calendar import local_moment
from shared.db.business_clock import business_now, move
from shared.settings import Settings
from shared.topic import Event

logger = log.get(__name__)

DAWN, AFTERNOON, WORK = time(4), time(16), time(16, 30)
"""Business time of each part of a day; calling ends before the evening."""


class Notebook:
    """The files of a simulation: its world, the truth, and who has a login."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def world(self, plan: Plan) -> World:
        """Return the world as it was written down last; a new one at the first start."""
        kept = self._home / "world.json"
        return msgspec.json.decode(kept.read_bytes(), type=World) if kept.exists() else World(plan=plan)

    def write(self, world: World) -> None:
        """Write the world down, whole or not at all."""
        self._write("world.json", msgspec.json.encode(world))

    def write_people(self, people: list[Person]) -> None:
        """Write down who has a login, for the development issuer."""
        self._write("users.json", msgspec.json.encode(people))

    def write_truth(self, world: World) -> None:
        """Write down who is made to leave and why."""
        leavers = (world.leaver(index) for index in range(world.plan.subscribers))
        lines = [msgspec.json.encode(fields(leaver)) for leaver in leavers if leaver]
        self._write("truth.jsonl", b"\n".join(lines) + b"\n")

    def _write(self, name: str, content: bytes) -> None:
        draft = self._home / f"{name}.new"
        draft.write_bytes(content)
        draft.replace(self._home / name)


class Simulation:
    """Plays an operator until its last day."""

    def __init__(self, settings: Settings, engine: AsyncEngine, notebook: Notebook, world: World) -> None:
        self._settings = settings
        self._engine = engine
        self._notebook = notebook
        self._world = world
        self._people = staff(world.plan.seed)

    async def run(self, publisher: Publisher, drain: Drain, pace_s: float) -> None:
        """Play every day that is left; `pace_s` is how long one takes at least."""
        self._notebook.write_people(self._people)
        self._notebook.write_truth(self._world)
        desk = BillingDesk(self._settings)
        await desk.start()
        async with httpx.AsyncClient(timeout=30.0) as http:
            centre = CallCentre(http, self._settings.addresses, self._people, self._write)
            hall = WebHall(http, self._settings.addresses)
            if not self._world.backfilled:
                await self._backfill(publisher, drain, http)
            while self._world.day < self._world.plan.days:
                await asyncio.gather(self._play(publisher, drain, (desk, centre, hall)), asyncio.sleep(pace_s))
        await desk.stop()
        await drain("archive")

    async def _backfill(self, publisher: Publisher, drain: Drain, http: httpx.AsyncClient) -> None:
        """Load the tree, the people, the customers, then their history: each drained before what builds on it."""
        await self._clock(DAWN)
        await self._publish(publisher, history.regions_defined(self._world))
        await drain()
        await self._record_people(http)
        await self._publish(publisher, history.customers(self._world))
        await drain()
        await self._publish(publisher, history.bills_before(self._world))
        await drain()
        self._world.backfilled = True
        self._write()

    async def _record_people(self, http: httpx.AsyncClient) -> None:
        admin = Client(http, self._settings.addresses["issuer"], "province-admin")
        for person in self._people:
            body = {name: getattr(person, name) for name in ("name", "role", "region", "team")}
            answer = await admin.put(f"{self._settings.addresses['dispatch']}/staff/{person.staff_id}", body)
            answer.raise_for_status()

    async def _play(self, publisher: Publisher, drain: Drain, cast: tuple[BillingDesk, CallCentre, WebHall]) -> None:
        world, (desk, centre, hall) = self._world, cast
        await self._clock(DAWN)
        await self._publish(publisher, day.dawn(world))
        await drain()
        await self._clock(AFTERNOON)
        await self._publish(publisher, day.daytime(world))
        await drain()
        await self._clock(WORK)
        await centre.work(world)
        await hall.serve(world)
        await drain()
        await desk.read(world)
        await self._publish(publisher, [*billing.answers(world), *day.evening(world)])
        await drain()
        logger.info("day played", day=world.today.isoformat())
        billing.settle(world)
        world.handled.clear()
        world.day += 1
        self._write()

    async def _publish(self, publisher: Publisher, events: Iterable[Event]) -> None:
        await publisher.publish(events)

    async def _clock(self, at: time) -> None:
        """Move business time on to `at` of the day; a simulation that repeats itself leaves it where it is."""
        moment = local_moment(self._world.today, at)
        async with self._engine.begin() as tx:
            if await business_now(tx) < moment or not self._world.backfilled:
                await move(tx, moment)

    def _write(self) -> None:
        self._notebook.write(self._world)
