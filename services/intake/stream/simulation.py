"""A script at work: a day is published, drained, worked, and only then the next one begins.

After each day the scene is written down, and again before each reported call; a simulation that was killed goes on
where it was, and everything it repeats has the same ids.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.domain.simulator import billing
from services.intake.domain.simulator.script import Script
from services.intake.domain.simulator.staff import ADMIN
from services.intake.stream.billing_desk import BillingDesk
from services.intake.stream.call_centre import CallCentre
from services.intake.stream.drain import Drain
from services.intake.stream.notebook import Notebook
from services.intake.stream.publisher import Publisher
from services.intake.stream.requests import Client
from shared import log
from shared.calendar import local_moment
from shared.db.business_clock import business_now, move, simulated_now
from shared.topic import Event

logger = log.get(__name__)

DAWN, AFTERNOON, WORK = time(4), time(16), time(16, 30)
"""Business time of each part of a day; calling ends before the evening."""


class PastError(Exception):
    """Business time is past the first day, and it runs forward only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a simulation stands on."""

    engine: AsyncEngine
    publisher: Publisher
    drain: Drain
    http: httpx.AsyncClient
    desk: BillingDesk
    notebook: Notebook
    addresses: Mapping[str, str]
    played: Callable[[date], None] = lambda day: None
    """Hears of each day that was played."""


class Simulation:
    """Plays a script until its last day."""

    def __init__(self, stage: Stage, script: Script) -> None:
        self._stage = stage
        self._script = script
        self._centre = CallCentre(stage.http, stage.addresses, script, self._write)

    async def run(self, visitors: Callable[[], Awaitable[None]], pace_s: float) -> None:
        """Play every day that is left; `pace_s` is how long one takes at least, `visitors` come while people work.

        Raises:
            PastError: business time is past the first day.
        """
        scene = self._script.scene
        self._stage.notebook.write_people(self._script.people())
        if not scene.begun:
            await self._begin()
        while scene.day < scene.plan.days:
            await asyncio.gather(self._play(visitors), asyncio.sleep(pace_s))
        await self._stage.drain("archive")

    async def _begin(self) -> None:
        """Tell the tree, the people, and the history: each drained before what builds on it."""
        await self._check_clock()
        await self._clock(DAWN)
        await self._tell(self._script.divisions())
        await self._record_people()
        for batch in self._script.history():
            await self._tell(batch)
        self._script.scene.begun = True
        self._write()

    async def _record_people(self) -> None:
        admin = Client(self._stage.http, self._stage.addresses["issuer"], ADMIN)
        for person in self._script.people():
            body = {name: getattr(person, name) for name in ("name", "role", "region", "team")}
            answer = await admin.put(f"{self._stage.addresses['dispatch']}/staff/{person.staff_id}", body)
            answer.raise_for_status()

    async def _play(self, visitors: Callable[[], Awaitable[None]]) -> None:
        scene, script = self._script.scene, self._script
        await self._clock(DAWN)
        await self._tell(script.dawn())
        await self._clock(AFTERNOON)
        await self._tell(script.daytime())
        await self._clock(WORK)
        await self._centre.work()
        await visitors()
        await self._stage.drain()
        await self._stage.desk.read(scene)
        await self._tell([*billing.answers(scene), *script.evening()])
        self._end_day()

    def _end_day(self) -> None:
        scene = self._script.scene
        logger.info("day played", day=scene.today.isoformat())
        self._stage.played(scene.today)
        billing.settle(scene)
        scene.handled.clear()
        scene.day += 1
        self._write()

    async def _tell(self, events: Iterable[Event]) -> None:
        """Publish `events`, and wait until the road stands still; where there are none, it does already."""
        if await self._stage.publisher.publish(events):
            await self._stage.drain()

    async def _check_clock(self) -> None:
        first = local_moment(self._script.scene.today, DAWN)
        async with self._stage.engine.connect() as tx:
            now = await simulated_now(tx)
        if now and now > first:
            raise PastError(f"business time stands at {now:%Y-%m-%d} already, and the first day is {first:%Y-%m-%d}")

    async def _clock(self, at: time) -> None:
        """Move business time on to `at` of the day; a simulation that repeats itself leaves it where it is."""
        scene = self._script.scene
        moment = local_moment(scene.today, at)
        async with self._stage.engine.begin() as tx:
            if not scene.begun or await business_now(tx) < moment:
                await move(tx, moment)

    def _write(self) -> None:
        self._stage.notebook.write(self._script.scene)
