"""`python -m bench NAME`: the benchmarks, as `./keepline bench` runs them."""

import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bench.analyst import run as analyst_run
from bench.analyst.run import Report as AnalystReport
from bench.backtest import run as backtest_run
from bench.backtest.run import Report as BacktestReport
from bench.chaos import run as chaos_run
from bench.chaos.programme import programme
from bench.chaos.run import Report as ChaosReport
from bench.latency import run as latency_run
from bench.latency.run import Report as LatencyReport
from bench.recovery import run as recovery_run
from bench.recovery.run import Report as RecoveryReport
from bench.recovery.state import Load
from bench.reentry import kept as reentry_kept
from bench.reentry import real as reentry_real
from bench.reentry import scale as reentry_scale
from bench.reentry.kept import Report as KeptReport
from bench.reentry.population import Plan as Population
from bench.reentry.real import RealReport
from bench.reentry.scale import Report as ScaleReport
from bench.scaling import run as scaling_run
from bench.scaling.run import Report as ScalingReport
from bench.sieve import run as sieve_run
from bench.sieve.figures import PEERS
from bench.sieve.run import Report as SieveReport
from bench.sieve.traffic import Plan
from deploy.local.signals import run_until_signalled
from services.intake.domain.simulator.world import Plan as Simulated

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
        _tell(report, _rates(report), as_json)
        for difference in report.differences + report.void_rounds:
            console.print(difference, style="red", markup=False)
        return 0 if report.equal_outputs else 1

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
        _tell(report, _times(report), as_json)
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
        _tell(cost, _cost(cost), as_json)
        return
    report = reentry_scale.run(plan)
    _tell(report, _sizes(report), as_json)


def _tell_real(path: Path, as_json: bool) -> None:
    try:
        report = reentry_real.run(path)
    except (FileNotFoundError, RuntimeError) as failure:
        console.print(str(failure), style="red", markup=False, highlight=False)
        sys.exit(1)
    _tell(report, _found(report), as_json)


def _sizes(report: ScaleReport) -> Table:
    title = (
        f"twice the size takes {report.cpu_seconds_ratio} times the CPU, with {report.candidates_ratio} times the pairs"
    )
    table = Table("new", "old", "ties", "seconds", "CPU s", "peak MB", "candidates a new number", title=title)
    for each in (report.half, report.whole):
        sizes = (each.new, each.old, each.ties)
        figures = (*sizes, each.seconds, each.cpu_seconds, each.peak_memory_mb, each.candidates_per_new)
        table.add_row(*(f"{figure:,}" for figure in figures))
    return table


def _cost(report: KeptReport) -> Table:
    table = Table("new", "old", "bytes a number", "gather s", "search s", "CPU s", "peak MB", "precision", "recall")
    figures = (report.bytes_a_number, report.gather_seconds, report.search_seconds, report.cpu_seconds)
    shares = (report.come_back.precision, report.come_back.recall)
    told = (report.new, report.old, *figures, report.peak_memory_mb)
    table.add_row(*(f"{figure:,}" for figure in told), *(f"{share:.2f}" for share in shares))
    return table


def _found(report: RealReport) -> Table:
    title = f"{report.calls:,} calls of {report.numbers:,} numbers; {len(report.as_they_stand)} found as they stand"
    table = Table("relabelled", "dates", "movers", "told", "right", "precision", "recall", "of knowable", title=title)
    for dates, by_name in (("held out", report.held_out), ("tuned on", report.tuned_on)):
        for name, each in by_name.items():
            told = each.quality
            shares = (told.precision, told.recall, each.recall_of_knowable)
            counts = (each.movers, told.told, told.right)
            table.add_row(name, dates, *(f"{count:,}" for count in counts), *(f"{share:.2f}" for share in shares))
    return table


@app.command()
def analyst(
    rounds: Annotated[int, typer.Option(min=1)] = 9,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """What a rule that an analyst wrote costs: its condition in CEL, its features, a whole fact with many of them."""
    report = analyst_run.run(rounds, seed)
    _tell(report, _microseconds(report), as_json)
    sys.exit(0 if report.equal_outputs else 1)


def _microseconds(report: AnalystReport) -> Table:
    table = Table("", "µs", title=f"{report.customers:,} customers, medians of {report.rounds} rounds")
    for name in (each for each in report.__struct_fields__ if each.endswith("_us")):
        table.add_row(name.removesuffix("_us").replace("_", " "), f"{getattr(report, name):,}")
    return table


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
        _tell(report, _costs(report), as_json)
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
        _tell(report, _survived(report), as_json)
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
        _tell(report, _scaled(report), as_json)
        return 0

    _end(work())


def _scaled(report: ScalingReport) -> Table:
    table = Table("processes", "CDRs a second", "cores: sieve", "broker", "database", title=f"{report.scaling} times")
    for each in report.runs:
        shares = (each.cores_sieve, each.cores_broker, each.cores_database)
        table.add_row(str(each.processes), f"{each.cdrs_per_s:,}", *map(str, shares))
    return table


def _survived(report: ChaosReport) -> Table:
    blows = ", ".join(f"{count} {kind}" for kind, count in report.blows.items())
    table = Table("CDRs", "blows", "restarts", "signals", "usage days", "differences", title="the sieve under blows")
    counts = (report.restarts, report.signals, report.usage_days)
    table.add_row(f"{report.cdrs:,}", blows, *(f"{count:,}" for count in counts), "; ".join(report.differences) or "0")
    return table


def _costs(report: RecoveryReport) -> Table:
    title = f"{report.subscribers:,} subscribers, {report.days} days, {report.cdrs_a_day} CDRs each a day"
    table = Table("", "", title=title)
    for name in ("bytes_beside", "bytes_tallies", "bytes_cells", "bytes_circle", "bytes_ids"):
        table.add_row(f"{name.removeprefix('bytes_')}, bytes a subscriber", f"{getattr(report, name):,}")
    table.add_row("checkpoint, MB", f"{report.checkpoint_mb:,}")
    table.add_row("written in, s", str(report.write_s))
    table.add_row("recovered in, s", str(report.recovery_s))
    return table


@app.command()
def backtest(
    subscribers: Annotated[int, typer.Option(min=1)] = 2_000,
    days: Annotated[int, typer.Option(min=1)] = 60,
    seed: int = 7,
    as_json: AsJson = False,
) -> None:
    """A change of policy on the archived past: events a second, of every rule and of one."""
    report = backtest_run.timed(Simulated(seed=seed, subscribers=subscribers, days=days), console)
    _tell(report, _tried(report), as_json)


def _tried(report: BacktestReport) -> Table:
    title = f"{report.archived:,} archived events; the aim is {report.aim:,} a second on one core"
    table = Table("decided again", "events read", "CPU s", "events a second", "archived a second", title=title)
    for name, each in report.trials.items():
        figures = (each.events, each.cpu_seconds, each.events_per_s, each.archived_per_s)
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    return table


def _times(report: LatencyReport) -> Table:
    title = "from the publication of a forwarding event to the server-sent event at a rep"
    table = Table("", "p50 ms", "p99 ms", "max ms", "events", "held out", "CDRs a second", title=title)
    for name, told in (("idle", report.idle), ("loaded", report.loaded)):
        figures = (told.p50_ms, told.p99_ms, told.max_ms, told.n, told.held_out, told.cdrs_per_s)
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    return table


def _rates(report: SieveReport) -> Table:
    title = (
        f"{report.cdrs:,} CDRs of {report.subscribers:,} subscribers; client alone {report.client_ceiling:,} a second"
    )
    table = Table("contender", "CDRs a second", "rounds", "CDRs a round", "cores", "ours is", title=title)
    for name, rates in report.contenders.items():
        times = f"{report.ratios[name]} times" if name in report.ratios else f"{report.share_of_ceiling} of the client"
        each = " ".join(f"{rate:,}" for rate in rates.rounds)
        table.add_row(name, f"{rates.median:,}", each, f"{rates.cdrs:,}", str(rates.cores), times)
    return table


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
