"""One process of the sieve, then two, over the same log: rates once all are at work, and whose the cores are."""

import asyncio
from collections.abc import Sequence
from statistics import median
from time import monotonic

import httpx
from msgspec import Struct
from rich.console import Console

from bench.chaos.members import Members
from bench.machine import Machine, cores, cpu_seconds, machine, with_children
from bench.servers import Servers, servers
from bench.sieve import logs, traffic
from bench.sieve.ours import COUNTER
from bench.sieve.traffic import Plan
from shared.events.call_detail_record import TOPIC as CDRS

SIZES = (1, 2)
UNTIL = 0.9
"""The clock stops there: towards the end a process may have nothing left while another still has."""
LOOK_S, LOOKS = 0.1, 6_000


class Run(Struct, frozen=True, kw_only=True):
    """One run; cores are those kept busy."""

    processes: int
    cdrs: int
    """So many were sieved while the clock ran."""
    cdrs_per_s: int
    cores_sieve: float
    cores_broker: float
    cores_database: float


class Report(Struct, frozen=True, kw_only=True):
    """What the benchmark says; rates are medians in CDRs a second."""

    rates: dict[str, int]
    scaling: float
    """How many times one process's rate two have together."""
    runs: list[Run]
    cores: int
    machine: Machine


async def run(plan: Plan, rounds: int, console: Console) -> Report:
    """Run the benchmark on servers of its own."""
    async with servers(console) as running:
        console.print(f"publishing {plan.cdrs:,} CDRs")
        await logs.publish(running.settings("postgres"), traffic.cdrs(plan), CDRS.name)
        runs = [await _one(running, size, number, plan.cdrs) for number in range(rounds) for size in SIZES]
    rates = {size: _median(runs, size) for size in SIZES}
    return Report(
        rates={str(size): rate for size, rate in rates.items()},
        scaling=round(rates[2] / rates[1], 2),
        runs=runs,
        cores=cores(),
        machine=machine(),
    )


def _median(runs: Sequence[Run], size: int) -> int:
    return round(median(run.cdrs_per_s for run in runs if run.processes == size))


async def _one(running: Servers, size: int, number: int, cdrs: int) -> Run:
    members = Members(running, await running.new_database(f"scaling_{size}_{number}"))
    try:
        await asyncio.gather(*(members.join() for _ in range(size)))
        began, before, used = monotonic(), await _sieved(members), _used(running, members)
        now = await _until(members, cdrs * UNTIL)
        seconds = monotonic() - began
        shares = [(after - then) / seconds for then, after in zip(used, _used(running, members), strict=True)]
    finally:
        await members.stop()
    sieve, broker, database = (round(share, 2) for share in shares)
    return Run(
        processes=size,
        cdrs=now - before,
        cdrs_per_s=round((now - before) / seconds),
        cores_sieve=sieve,
        cores_broker=broker,
        cores_database=database,
    )


async def _until(members: Members, cdrs: float) -> int:
    """Return how many records have been read once there are at least `cdrs`.

    Raises:
        RuntimeError: it takes too long.
    """
    for _ in range(LOOKS):
        if (now := await _sieved(members)) >= cdrs:
            return now
        await asyncio.sleep(LOOK_S)
    raise RuntimeError(f"could not measure: {now:,} of {cdrs:,.0f} CDRs after {LOOKS * LOOK_S:.0f} s")


async def _sieved(members: Members) -> int:
    """Return how many records all processes say that they have read."""
    async with httpx.AsyncClient() as http:
        pages = [await http.get(f"{child.program.url}/metrics") for child in members.alive]
    lines = (line.split() for page in pages for line in page.text.splitlines())
    return sum(int(float(line[1])) for line in lines if line and line[0] == COUNTER)


def _used(running: Servers, members: Members) -> tuple[float, float, float]:
    """Return the CPU seconds of the sieve's processes, of the broker, and of the database with all of its own."""
    sieve = sum(cpu_seconds(child.pid or 0) for child in members.alive)
    return sieve, cpu_seconds(running.kafka.child.pid or 0), with_children(running.postgres.child.pid or 0)
