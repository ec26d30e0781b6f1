"""Kills services with SIGKILL while they have work in hand; a kill that hit an idle one is void."""

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from aiokafka import TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.platform import Platform
from shared.kafka.log_ends import LogReader
from tests.faults.driver import Driver
from tests.support.running import until

PAUSE_S = (0.1, 2.0)
TAKEOVER_S = 30.0
"""So long a service may take until it is ready again, on a busy machine."""
POSITIONS = {
    "sieve": "SELECT 'network.cdr.v1' AS topic, partition, next_offset FROM warning.sieve_checkpoint",
    **{
        stage: f"SELECT topic, partition, next_offset FROM {stage}.consumer_offset"
        for stage in ("warning", "dispatch", "offers", "points", "kpi")
    },
}


@dataclass(slots=True)
class Kills:
    """What was killed, and how many of these kills hit work."""

    hits: Counter[str] = field(default_factory=Counter)
    voids: Counter[str] = field(default_factory=Counter)


class Killer:
    """Kills the services of `platform` in an order drawn from a seed."""

    def __init__(self, platform: Platform, owner: AsyncEngine, reader: LogReader, driver: Driver) -> None:
        self._platform = platform
        self._owner = owner
        self._reader = reader
        self._driver = driver
        self.kills = Kills()

    async def run(self, each: int, seed: int) -> Kills:
        """Kill each service `each` times, in rounds of a drawn order."""
        drawn = random.Random(seed)
        for _ in range(each):
            for victim in drawn.sample(sorted(POSITIONS), len(POSITIONS)):
                await asyncio.sleep(drawn.uniform(*PAUSE_S))
                await self._strike(victim)
        return self.kills

    async def _strike(self, victim: str) -> None:
        await until(lambda: self.ready(victim), TAKEOVER_S)
        with suppress(AssertionError):
            await until(lambda: self._busy(victim), patience_s=5.0)
        bursts, pid = self._driver.bursts, self._platform.children[victim].pid
        assert pid is not None, f"{victim} is not running"
        os.kill(pid, signal.SIGKILL)
        counter = self.kills.hits if await self._busy(victim) else self.kills.voids
        counter[victim] += 1
        await until(lambda: self._went_on(bursts), patience_s=10.0)

    async def ready(self, victim: str) -> bool:
        """Tell whether a service has its partitions."""
        async with httpx.AsyncClient() as client:
            with suppress(httpx.HTTPError):
                return (await client.get(f"{self._platform.urls[victim]}/ready")).status_code == 200
        return False

    async def _busy(self, victim: str) -> bool:
        """Tell whether records wait that `victim` has not decided, as the database and the broker know it."""
        async with self._owner.connect() as tx:
            rows = list(await tx.execute(text(POSITIONS[victim])))
        ends = await self._reader.ends([TopicPartition(row.topic, row.partition) for row in rows])
        return any(ends[TopicPartition(row.topic, row.partition)] > row.next_offset for row in rows)

    async def _went_on(self, bursts: int) -> bool:
        return self._driver.bursts > bursts
