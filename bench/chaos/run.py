"""Records stream in while the sieve's processes are struck; it must say what an undisturbed one says."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic

from msgspec import Struct
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.chaos.members import Members
from bench.chaos.programme import Blow
from bench.machine import Machine, machine
from bench.servers import Servers, servers
from bench.sieve import logs, traffic
from bench.sieve.expected import Expected
from bench.sieve.outputs import differences
from bench.sieve.traffic import Plan
from shared.events.call_detail_record import TOPIC as CDRS
from shared.events.call_detail_record import CallDetailRecord
from shared.events.signal_heard import TOPIC as SIGNALS
from shared.events.usage_day import TOPIC as USAGE_DAYS

DATABASE = "struck"
SLICE_S = 0.5
REST_S, LOOK_S = 120.0, 1.0


class Report(Struct, frozen=True, kw_only=True):
    """What the programme came to."""

    cdrs: int
    blows: dict[str, int]
    restarts: int
    signals: int
    usage_days: int
    equal_outputs: bool
    differences: list[str]
    seconds: float
    machine: Machine


@dataclass(slots=True)
class Chaos:
    """The programme under way."""

    servers: Servers
    members: Members
    rate: int
    console: Console
    expected: Expected = field(default_factory=Expected)

    async def run(self, plan: Plan, blows: list[Blow]) -> list[str]:
        """Publish and strike, then wait for rest; return what was said otherwise than it should have been.

        Raises:
            RuntimeError: a process does not come back, or all records are published before the last blow.
        """
        await self.members.join()
        struck = asyncio.create_task(self._strike(blows))
        await self._publish(traffic.cdrs(plan), struck)
        await struck
        for child in self.members.alive:
            await self.members.at_work(child)
        return await self._rest()

    async def _strike(self, blows: list[Blow]) -> None:
        for number, blow in enumerate(blows, 1):
            self.console.print(f"{number} of {len(blows)}: {blow.kind}")
            await self.members.strike(blow)

    async def _publish(self, cdrs: Iterator[CallDetailRecord], struck: asyncio.Task[None]) -> None:
        """Publish at the rate until the last blow has fallen."""
        settings = self.servers.settings("postgres")
        while not struck.done():
            began = monotonic()
            part = list(islice(self.expected.following(cdrs), int(self.rate * SLICE_S)))
            if not part:
                struck.cancel()
                raise RuntimeError("all records are published before the last blow: ask for more of them")
            await logs.publish(settings, part, CDRS.name)
            await asyncio.sleep(max(0.0, SLICE_S - (monotonic() - began)))

    async def _rest(self) -> list[str]:
        """Wait until every record is in a checkpoint and all is said, for so long at most; return what differs then."""
        settings, began = self.members.settings, monotonic()
        while True:
            in_time = monotonic() - began < REST_S
            if not in_time or await self._written() >= self.expected.records:
                said = await logs.said(settings, SIGNALS.name, USAGE_DAYS.name)
                found = differences(self.expected.outputs, said)
                if not found or not in_time:
                    return found
            await asyncio.sleep(LOOK_S)

    async def _written(self) -> int:
        engine = create_async_engine(self.members.settings.database_url)
        async with engine.connect() as tx:
            rows = await tx.execute(text("SELECT coalesce(sum(next_offset), 0) FROM warning.sieve_checkpoint"))
            written = int(rows.scalar_one())
        await engine.dispose()
        return written


async def run(plan: Plan, rate: int, blows: list[Blow], console: Console) -> Report:
    """Run the programme on servers of its own; `rate` is in CDRs a second.

    Raises:
        RuntimeError: see `Chaos.run`.
    """
    started = monotonic()
    async with servers(console) as running:
        members = Members(running, await running.new_database(DATABASE))
        chaos = Chaos(running, members, rate, console)
        try:
            found = await chaos.run(plan, blows)
        finally:
            await members.stop()
        kinds = [blow.kind for blow in blows]
        return Report(
            cdrs=chaos.expected.records,
            blows={kind: kinds.count(kind) for kind in sorted(set(kinds))},
            restarts=members.restarts,
            signals=len(chaos.expected.outputs.signals),
            usage_days=len(chaos.expected.outputs.days),
            equal_outputs=not found,
            differences=found,
            seconds=round(monotonic() - started, 1),
            machine=machine(),
        )
