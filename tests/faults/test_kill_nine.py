"""kill -9 of each service in the middle of its work, under a driver that never pauses: nothing lost, nothing twice."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.local.folders import Folders
from deploy.local.platform import Platform, Wanted, platform
from replay.audit import audit, read_logs
from services.intake.domain.simulator import history
from services.intake.domain.simulator.operator import Operator
from services.intake.domain.simulator.world import Plan, World
from services.intake.stream.call_centre import CallCentre
from services.intake.stream.notebook import Notebook
from services.intake.stream.simulation import Simulation
from services.intake.wiring import open_stage
from shared.kafka.log_ends import LogReader
from shared.settings import Settings
from shared.topic import Event
from tests.faults.driver import Driver
from tests.faults.invariants import queries
from tests.faults.killer import POSITIONS, Killer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(460)]

log = logging.getLogger(__name__)

EACH = 5
HITS_MIN = 3
"""Kills of each of six processes: 30 in all. None lost in 30 says: at most one kill in ten loses something (95 %)."""
SEED = 20_261
SUBSCRIBERS = 2_000


class Newcomers(Operator):
    """An operator without a past: its bills come from the driver."""

    def history(self) -> Iterator[Iterable[Event]]:
        """Yield the customers and their numbers only."""
        yield history.customers(self.scene)


async def test_thirty_kills_lose_nothing_and_do_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.info("seed %s", SEED)
    wanted = Wanted(
        folders=Folders(tmp_path, "faults"),
        fresh=True,
        simulation=True,
        console=Console(stderr=True),
        extra={"KEEPLINE_SESSION_TIMEOUT_MS": "6000"},
    )
    async with platform(wanted) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        owner = create_async_engine(running.environment["KEEPLINE_DATABASE_URL"])
        told = await _struck(running, owner)
        await _hold(owner, told)
        await owner.dispose()


async def _struck(running: Platform, owner: AsyncEngine) -> dict[str, set[str]]:
    """Drive and kill, let the road come to rest, and return the ids that Kafka acknowledged, by topic."""
    script = Newcomers(World(plan=Plan(subscribers=SUBSCRIBERS, days=0)))
    reader = LogReader(Settings())
    await reader.start()
    async with open_stage(Settings(), Notebook(running.folders.home, running.folders.home)) as stage:
        await Simulation(stage, script).run(_nobody, pace_s=0.0)
        driver = Driver(script.scene, stage.publisher)
        centre = CallCentre(stage.http, stage.addresses, script, lambda: None)
        async with _going(driver.run(), _working(centre, script.scene)):
            kills = await Killer(running, owner, reader, driver).run(EACH, SEED)
        log.info("hits %s, void %s, bursts %s", dict(kills.hits), dict(kills.voids), driver.bursts)
        assert all(kills.hits[victim] >= HITS_MIN for victim in POSITIONS), "too few kills hit work"
        await stage.drain("archive")
    await reader.stop()
    return driver.told


async def _hold(owner: AsyncEngine, told: dict[str, set[str]]) -> None:
    """Hold topics and tables against each other."""
    found = {what: await _count(owner, query) for what, query in queries().items()}
    assert {what: count for what, count in found.items() if count} == {}
    logs = await read_logs(Settings())
    assert {topic: len(ids - logs.ids[topic]) for topic, ids in told.items() if ids - logs.ids[topic]} == {}
    async with owner.connect() as tx:
        findings = await audit(tx, logs)
    assert (dict(findings.lost), dict(findings.duplicated)) == ({}, {})


@asynccontextmanager
async def _going(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Keep `work` going until the context ends; if one of it ends before, that is a failure."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
        assert not any(task.done() for task in tasks), [task.exception() for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _working(centre: CallCentre, scene: World) -> None:
    while True:
        await centre.work()
        scene.handled.clear()
        await asyncio.sleep(0.1)


async def _nobody() -> None:
    return None


async def _count(owner: AsyncEngine, query: str) -> int:
    async with owner.connect() as tx:
        return int((await tx.execute(text(query))).scalar_one())
