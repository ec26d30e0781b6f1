"""The sieve's benchmark: the same records, interleaved rounds, outputs compared before any figure counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from msgspec import Struct
from rich.console import Console

from bench.machine import Machine, cores, machine
from bench.peers import streams
from bench.servers import Servers, servers
from bench.sieve import figures, logs, ours, peers, traffic
from bench.sieve.contenders.job import Result
from bench.sieve.expected import Expected
from bench.sieve.figures import CLIENT, OURS, Rates
from bench.sieve.outputs import Outputs, differences
from bench.sieve.traffic import Plan
from shared.events.call_detail_record import TOPIC as CDRS

PART = "bench.cdr_part"
"""Some subscribers' records once more, for contenders that would take too long for all."""


class Report(Struct, frozen=True, kw_only=True):
    """What the benchmark says; rates are CDRs a second."""

    rounds: int
    cdrs: int
    subscribers: int
    days: int
    signals: int
    usage_days: int
    rates: dict[str, int]
    """Medians."""
    contenders: dict[str, Rates]
    """The same in full: every round, how many CDRs it took, how many cores the process kept busy."""
    ratios: dict[str, float]
    equal_outputs: bool
    differences: list[str]
    void_rounds: list[str]
    client_ceiling: int
    share_of_ceiling: float
    cores: int
    machine: Machine
    seconds: float


@dataclass(slots=True)
class Bench:
    """The benchmark under way."""

    servers: Servers
    plan: Plan
    peers: Sequence[str]
    console: Console
    whole: Expected = field(default_factory=Expected)
    part: Expected = field(default_factory=Expected)
    results: dict[str, list[Result]] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    void: list[str] = field(default_factory=list)

    async def prepare(self) -> None:
        """Publish all records, and those of the part once more."""
        if set(self.peers) & set(streams.GUARANTEES):
            await streams.build(self.console, self.servers.home / "logs" / "compiler.log")
        settings = self.servers.settings("postgres")
        await logs.make_topics(settings, [PART])
        self.console.print(f"publishing {self.plan.cdrs:,} CDRs")
        await logs.publish(settings, self.whole.following(traffic.cdrs(self.plan)), CDRS.name)
        part = filter(traffic.of_part, traffic.cdrs(self.plan))
        await logs.publish(settings, self.part.following(part), PART)

    async def round(self, number: int) -> None:
        """Let everybody run once, each round beginning with another one."""
        names = [OURS, CLIENT, *self.peers]
        begin = number % len(names)
        for name in names[begin:] + names[:begin]:
            await self._contend(name, number)

    async def _contend(self, name: str, number: int) -> None:
        """Let one contender run; a peer that fails makes its round void, and where ours fails it is over."""
        what = f"{name}, round {number + 1}"
        expected = self.part if name in figures.SLOW else self.whole
        try:
            result, outputs = await self._run(name, f"{name}_{number + 1}", expected)
        except RuntimeError as failure:
            if name == OURS:
                raise
            self.void.append(f"{what}: {failure}")
            return
        self.console.print(f"{what}: {result.rate:,.0f} CDRs a second")
        if result.records == expected.records:
            self.results.setdefault(name, []).append(result)
        else:
            self.void.append(f"{what}: {result.records} records, not {expected.records}")
        if name != CLIENT:
            self._compare(what, expected, outputs)

    async def _run(self, name: str, called: str, expected: Expected) -> tuple[Result, Outputs]:
        if name == OURS:
            return await ours.run(self.servers, called, expected)
        topic = CDRS.name if expected is self.whole else PART
        task = peers.Task(name, called, topic, expected.records, (PART, self.part.records))
        return await peers.run(self.servers, task)

    def _compare(self, what: str, expected: Expected, outputs: Outputs) -> None:
        self.differences += [f"{what}: {each}" for each in differences(expected.outputs, outputs)]

    def report(self, rounds: int, seconds: float) -> Report:
        """Return what came of it.

        Raises:
            RuntimeError: all rounds of a contender were void.
        """
        rates = {name: figures.rates(name, self.results.get(name, ())) for name in (OURS, CLIENT, *self.peers)}
        ceiling = rates.pop(CLIENT).median
        return Report(
            rounds=rounds,
            cdrs=self.whole.records,
            subscribers=self.plan.subscribers,
            days=self.plan.days,
            signals=len(self.whole.outputs.signals),
            usage_days=len(self.whole.outputs.days),
            rates={name: told.median for name, told in rates.items()},
            contenders=rates,
            ratios=figures.ratios(rates),
            equal_outputs=not self.differences,
            differences=self.differences,
            void_rounds=self.void,
            client_ceiling=ceiling,
            share_of_ceiling=round(rates[OURS].median / ceiling, 2),
            cores=cores(),
            machine=machine(),
            seconds=round(seconds, 1),
        )


async def run(plan: Plan, rounds: int, chosen: Sequence[str], console: Console) -> Report:
    """Run the benchmark on servers of its own.

    Raises:
        RuntimeError: a contender failed, or all its rounds were void.
    """
    started = monotonic()
    async with servers(console) as running:
        bench = Bench(running, plan, chosen, console)
        await bench.prepare()
        for number in range(rounds):
            await bench.round(number)
        return bench.report(rounds, monotonic() - started)
