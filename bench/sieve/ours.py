"""Our contender: the sieve's process as the platform runs it, unchanged, and timed from outside by its checkpoints.

The time begins, by the database's clock, when the first partition is taken over, which is before any record is
fetched. It ends when the checkpoints stand behind the last record and everything that is to be said is in the logs.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import time
from typing import TypeVar

import httpx
from aiokafka import TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.machine import cpu_seconds
from bench.servers import PARTITIONS, Servers, environment
from bench.sieve import logs
from bench.sieve.contenders.job import Result
from bench.sieve.expected import Expected
from bench.sieve.outputs import Outputs
from deploy.local.processes import Child, Program, tail
from shared.events.signal_heard import TOPIC as SIGNALS
from shared.events.usage_day import TOPIC as USAGE_DAYS
from shared.kafka.log_ends import LogReader
from shared.kafka.topics import partitions
from shared.settings import Settings

T = TypeVar("T")
LOOK_S = 0.02
PATIENCE_S = 300.0
COUNTER = "keepline_sieve_records_total"


@dataclass(frozen=True, slots=True)
class Watched:
    """A sieve at work, and what tells how far it is."""

    settings: Settings
    engine: AsyncEngine
    reader: LogReader
    since: dict[TopicPartition, int]
    """Where the logs of what it says ended before it began."""
    child: Child

    async def began(self) -> float | None:
        """Return when the first partition was taken over, in seconds since 1970; None: not all are."""
        rows = await self._rows("SELECT count(*), extract(epoch FROM min(taken_at)) FROM warning.sieve_checkpoint")
        return float(rows[1]) if rows[0] == PARTITIONS else None

    async def ended(self, expected: Expected) -> float | None:
        """Return the time now once everything is written down and said; None: it isn't."""
        rows = await self._rows("SELECT sum(next_offset) FROM warning.sieve_checkpoint")
        if rows[0] < expected.records or await self._said() < expected.said:
            return None
        return time()

    async def records(self) -> int:
        """Return how many records it says it has read."""
        async with httpx.AsyncClient() as http:
            told = await http.get(f"http://127.0.0.1:{self.settings.http_port}/metrics")
        lines = (line.split() for line in told.text.splitlines())
        return next(int(float(line[1])) for line in lines if line and line[0] == COUNTER)

    def cpu_seconds(self) -> float:
        """Return what the process has used of all cores so far."""
        return cpu_seconds(self.child.pid or 0)

    async def until(self, told: Callable[[], Awaitable[T | None]]) -> T:
        """Wait until `told` has an answer.

        Raises:
            RuntimeError: the process has ended.
        """
        while (found := await told()) is None:
            if self.child.pid is None:
                raise RuntimeError(f"the sieve has ended:\n{tail(self.child.program.log)}")
            await asyncio.sleep(LOOK_S)
        return found

    async def _said(self) -> int:
        ends = await self.reader.ends(self.since)
        return sum(ends.values()) - sum(self.since.values())

    async def _rows(self, query: str) -> tuple[float, ...]:
        async with self.engine.connect() as tx:
            return tuple((await tx.execute(text(query))).one())


async def run(servers: Servers, name: str, expected: Expected) -> tuple[Result, Outputs]:
    """Sieve the whole topic in a fresh database `name`; return how long it took, and what was said.

    Raises:
        RuntimeError: it did not come to its end in time; the message holds the end of its log.
    """
    settings = await servers.new_database(name)
    log = servers.home / "logs" / f"{name}.log"
    argv = [sys.executable, "-m", "services.warning", "sieve"]
    child = Child(Program(name="sieve", argv=argv, log=log, env=environment(settings), restarts_max=0))
    engine, reader = create_async_engine(settings.database_url), LogReader(settings)
    await reader.start()
    try:
        since = await reader.ends(await partitions(settings, (SIGNALS.name, USAGE_DAYS.name)))
        await child.start()
        async with asyncio.timeout(PATIENCE_S):
            result = await _timed(Watched(settings, engine, reader, since, child), expected)
        return result, await logs.said(settings, SIGNALS.name, USAGE_DAYS.name, since)
    except TimeoutError as late:
        raise RuntimeError(f"the sieve did not end within {PATIENCE_S:.0f} s:\n{tail(log)}") from late
    finally:
        await child.stop()
        await reader.stop()
        await engine.dispose()


async def _timed(watched: Watched, expected: Expected) -> Result:
    began = await watched.until(watched.began)
    used = watched.cpu_seconds()
    ended = await watched.until(lambda: watched.ended(expected))
    used = watched.cpu_seconds() - used
    return Result(records=await watched.records(), seconds=ended - began, cpu_seconds=used)
