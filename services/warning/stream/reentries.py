"""Looks for re-entry numbers once a day has passed, beside the consumer of usage days, whom no signal waits for.

A search takes minutes of a province and runs in a thread of its own; it keeps nothing of its state. So kill -9 costs
the day's search, and no more: what was told is not told again, because each finding is a row with the id of its cause.
The rules' process publishes what is told here, for a relay of our own would hold some of the outbox's shards.
"""

import asyncio
from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from services.warning.domain.reentry.assemble import Told, people_among
from services.warning.domain.reentry.days import unpacked_days
from services.warning.domain.reentry.find import Reentry, find_reentries
from services.warning.domain.reentry.gather import Gathered, Gathering
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import WINDOW_DAYS_MAX
from services.warning.domain.reentry.window import Window, told_of
from services.warning.storage import day_pieces, reentries
from shared import log
from shared.db import outbox
from shared.db.policies import Policies
from shared.policy import EVERYWHERE
from shared.steady import Steadily

logger = log.get(__name__)

LOOK_S = 0.2
"""Another process notes that a day has passed: it is one small query to learn of it."""
TOLD_MAX = 500
"""Findings that one transaction tells."""


class Reentries(Steadily):
    """Looks back from each day that passed, in order; several processes waste work and say nothing twice."""

    def __init__(self, engine: AsyncEngine, policies: Policies) -> None:
        self._engine = engine
        self._policies = policies
        super().__init__(self._look, LOOK_S)

    async def _look(self) -> None:
        while (day := await self._next_day()) is not None:
            await self._look_back(Window(day))

    async def _next_day(self) -> date | None:
        async with self._engine.connect() as tx:
            return await reentries.next_day(tx)

    async def _look_back(self, window: Window) -> None:
        while await self._sort(window):
            pass
        async with self._engine.connect() as tx:
            told = await reentries.told(tx, window.activated)
        found = await self._found(window, told) if told.new else []
        for start in range(0, len(found), TOLD_MAX):
            await self._tell(window, found[start : start + TOLD_MAX])
        async with self._engine.begin() as tx:
            await reentries.done(tx, window.passed, len(told.new), len(found))

    async def _sort(self, window: Window) -> bool:
        async with self._engine.begin() as tx:
            return await day_pieces.sort(tx, window.until)

    async def _found(self, window: Window, told: Told) -> list[Reentry]:
        async with self._engine.connect() as tx:
            groups = await day_pieces.shards(tx, window.since, window.until)
        if not groups:
            return []
        gathered = [await self._gathered(window, shards) for shards in groups]
        limits = self._policies.book.resolve("warning.reentry_number", Limits(), EVERYWHERE, window.ended_at).value
        found = await asyncio.to_thread(_found, gathered, told, window, limits)
        logger.info("looked for re-entry numbers", day=str(window.passed), new=len(told.new), found=len(found))
        return found

    async def _gathered(self, window: Window, shards: Sequence[int]) -> Gathered:
        """Add up some shards, in transactions that are short however much it is."""
        gathering = Gathering()
        async with self._engine.connect() as tx:
            pieces = await day_pieces.listed(tx, shards, window.since, window.until)
        for ids in day_pieces.lots(pieces):
            async with self._engine.connect() as tx:
                read = await day_pieces.read(tx, ids)
            await asyncio.to_thread(_add, gathering, window, read)
        return await asyncio.to_thread(gathering.gathered)

    async def _tell(self, window: Window, found: Sequence[Reentry]) -> None:
        async with self._engine.begin() as tx:
            alive = await reentries.held(tx, {each.old for each in found if each.old}, window.ended_at)
            fresh = await reentries.record(tx, window.passed, found, alive)
            new = [each for each in found if each.id in fresh and each.old in alive]
            said = await outbox.put(tx, [fact for each in new if (fact := told_of(each, window.ended_at))])
        if said:
            async with self._engine.begin() as tx:
                await outbox.tell_others(tx, "warning")


def _add(gathering: Gathering, window: Window, pieces: Sequence[tuple[date, bytes]]) -> None:
    for day, content in pieces:
        gathering.add(window.place(day), unpacked_days(content))


def _found(gathered: list[Gathered], told: Told, window: Window, limits: Limits) -> list[Reentry]:
    return find_reentries(people_among(gathered, told, window.since, WINDOW_DAYS_MAX), limits)
