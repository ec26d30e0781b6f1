"""`python -m bench NAME`: the benchmarks, as `./keepline bench` runs them."""

import gc
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bench import tables
from bench.analyst import run as analyst_run
from bench.backtest import run as backtest_run
from bench.chaos import run as chaos_run
from bench.chaos.programme import programme
from bench.latency import run as latency_run
from bench.recovery import run as recovery_run
from bench.recovery.state import Load
from bench.reentry import kept as reentry_kept
from bench.reentry import real as reentry_real
from bench.reentry import scale as reentry_scale
from bench.reentry.population import Plan as Population
from bench.scaling import run as scaling_run
from bench.sieve import parts as sieve_parts
from bench.sieve import run as sieve_run
from bench.sieve.figures import PEERS
from bench.sieve.traffic import Plan
from deploy.local.signals import run_until_signalled
from services.intake.domain.simulator.world import Plan as Simulated
from services.warning.wiring import SIEVE_GARBAGE

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")]
CHAOS_DAY = 50_000
"""So many CDRs make a day there: days close while processes die."""


@app.callback()
def benchmarks() -> None:
    """Benchmarks on real servers of their own; each compares outputs before it tells figures."""


@app.command()
def sieve(
    cdrs: Annotated[int, typer.Option(help="how many records are published")] = 3_000_000,
    subscribers: int = 500_000,
    days: Annotated[int, typer.Option(min=2, help="how many days of event time they spread over")] = 2,
    rounds: Annotated[int, typer.Option(min=1)] = 3,
    peers: Annotated[str, typer.Option(help="against whom, separated by commas; empty: against nobody")] = ",".join(
        PEERS
    ),
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """Our sieve against Kafka Streams, a Faust agent with tables and Quix Streams, doing the same work."""
    chosen = [peer for peer in peers.split(",") if peer]
    if set(chosen) - set(PEERS):
        raise typer.BadParameter(f"known are {', '.join(PEERS)}", param_hint="--peers")
    plan = Plan(cdrs=cdrs, subscribers=subscribers, days=days, seed=seed)

    async def work() -> int:
        report = await sieve_run.run(plan, rounds, chosen, console)
        _tell(report, tables.rates(report), as_json)
        for difference in report.differences + report.void_rounds:
            console.print(difference, style="red", markup=False)
        return 0 if report.equal_outputs else 1

    _end(work())


@app.command()
def parts(
    cdrs: int = 400_000,
    subscribers: int = 64_000,
    days: Annotated[int, typer.Option(min=2, help="how many days of event time they spread over")] = 2,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """Where the sieve's time goes, part by part, in CPU time."""

    async def work() -> int:
        gc.set_threshold(*SIEVE_GARBAGE)
        report = await sieve_parts.run(Plan(cdrs=cdrs, subscribers=subscribers, days=days, seed=seed))
        _tell(report, tables.parts(report), as_json)
        return 0

    _end(work())


@app.command()
def latency(
    events: Annotated[int, typer.Option(min=1, help="how many are measured at least, idle and loaded each")] = 200,
    rate: Annotated[int, typer.Option(help="CDRs a second under load")] = 10_000,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """From a forwarding event's publication to the server-sent event at a rep, on the whole platform."""

    async def work() -> int:
        report = await latency_run.run(events, rate, seed, console)
        _tell(report, tables.times(report), as_json)
        return 0

    _end(work())


@app.command()
def reentry(
    new: Annotated[int, typer.Option(min=2, help="how many newly activated numbers")] = 200_000,
    old: Annotated[int, typer.Option(min=200, help="how many old numbers they are held against")] = 5_000_000,
    degree: Annotated[float, typer.Option(min=2, help="the median of peers that a number has")] = 20.0,
    community: Annotated[int, typer.Option(min=2, help="how many numbers share most of their peers")] = 120,
    seed: int = 7,
    reality_mining: Annotated[
        Path | None, typer.Option(help="call records in that study's layout, for precision and recall on them instead")
    ] = None,
    kept: Annotated[bool, typer.Option("--kept", help="from days as they are kept: bytes, seconds, memory")] = False,
    as_json: AsJson = False,
) -> None:
    """Re-entry numbers among a simulated nation's: time, memory and growth; or among real call records."""
    if reality_mining:
        _tell_real(reality_mining, as_json)
        return
    plan = Population(new=new, old=old, degree=degree, community=community, seed=seed)
    if kept:
        cost = reentry_kept.run(plan)
        _tell(cost, tables.cost(cost), as_json)
        return
    report = reentry_scale.run(plan)
    _tell(report, tables.sizes(report), as_json)


def _tell_real(path: Path, as_json: bool) -> None:
    try:
        report = reentry_real.run(path)
    except (FileNotFoundError, RuntimeError) as failure:
        console.print(str(failure), style="red", markup=False, highlight=False)
        sys.exit(1)
    _tell(report, tables.found(report), as_json)


@app.command()
def analyst(
    rounds: Annotated[int, typer.Option(min=1)] = 9,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """What a rule that an analyst wrote costs: its condition in CEL, its features, a whole fact with many of them."""
    report = analyst_run.run(rounds, seed)
    _tell(report, tables.microseconds(report), as_json)
    sys.exit(0 if report.equal_outputs else 1)


@app.command()
def recovery(
    subscribers: Annotated[int, typer.Option(min=4)] = 1_000_000,
    days: Annotated[int, typer.Option(min=1, help="how many days are kept at once")] = 3,
    cdrs_a_day: Annotated[int, typer.Option(min=1, help="of each subscriber")] = 12,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """What the sieve's state costs a subscriber, and how soon another process has it from its checkpoints."""
    load = Load(subscribers=subscribers, days=days, cdrs_a_day=cdrs_a_day, seed=seed)

    async def work() -> int:
        report = await recovery_run.run(load, console)
        _tell(report, tables.costs(report), as_json)
        return 0 if report.equal else 1

    _end(work())


@app.command()
def chaos(
    kills: Annotated[int, typer.Option(min=0, help="kill -9")] = 20,
    pauses: Annotated[int, typer.Option(min=0, help="SIGSTOP past the session")] = 5,
    rebalances: Annotated[int, typer.Option(min=0, help="processes that come or go, among one, three and two")] = 10,
    cdrs: Annotated[int, typer.Option(help="so many records at most")] = 3_000_000,
    rate: Annotated[int, typer.Option(min=10, help="CDRs a second")] = 5_000,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """The sieve's processes struck while records stream in; what they said against what an undisturbed one says."""
    plan = Plan(cdrs=cdrs, subscribers=20_000, days=max(2, cdrs // CHAOS_DAY), seed=seed)

    async def work() -> int:
        report = await chaos_run.run(plan, rate, programme(kills, pauses, rebalances, seed), console)
        _tell(report, tables.survived(report), as_json)
        return 0 if report.equal_outputs else 1

    _end(work())


@app.command()
def scaling(
    cdrs: Annotated[int, typer.Option(help="how many records are published")] = 3_000_000,
    subscribers: int = 500_000,
    rounds: Annotated[int, typer.Option(min=1)] = 2,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """Two processes of the sieve against one on the same cores, with the broker's and the database's share of them."""

    async def work() -> int:
        report = await scaling_run.run(Plan(cdrs=cdrs, subscribers=subscribers, days=2, seed=seed), rounds, console)
        _tell(report, tables.scaled(report), as_json)
        return 0

    _end(work())


@app.command()
def backtest(
    subscribers: Annotated[int, typer.Option(min=1)] = 2_000,
    days: Annotated[int, typer.Option(min=1)] = 60,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """A change of policy on the archived past: events a second, of every rule and of one."""
    report = backtest_run.timed(Simulated(seed=seed, subscribers=subscribers, days=days), console)
    _tell(report, tables.tried(report), as_json)


def _tell(report: msgspec.Struct, table: Table, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(report).decode(), flush=True)
    else:
        Console().print(table)


def _end(work: Coroutine[Any, Any, int]) -> None:
    try:
        sys.exit(run_until_signalled(work))
    except RuntimeError as failure:
        console.print(str(failure), style="red", markup=False, highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    app(prog_name="keepline bench")
