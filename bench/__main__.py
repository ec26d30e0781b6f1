"""`python -m bench NAME`: the benchmarks, as `./keepline bench` runs them."""

import sys
from collections.abc import Coroutine
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bench.latency import run as latency_run
from bench.latency.run import Report as LatencyReport
from bench.recovery import run as recovery_run
from bench.recovery.run import Report as RecoveryReport
from bench.recovery.state import Load
from bench.sieve import run as sieve_run
from bench.sieve.figures import PEERS
from bench.sieve.run import Report as SieveReport
from bench.sieve.traffic import Plan
from deploy.local.signals import run_until_signalled

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")]


@app.callback()
def benchmarks() -> None:
    """Benchmarks on real servers of their own; each compares outputs before it tells figures."""


@app.command()
def sieve(
    cdrs: Annotated[int, typer.Option(help="how many records are published")] = 3_000_000,
    subscribers: int = 500_000,
    days: Annotated[int, typer.Option(min=2, help="how many days of event time they spread over")] = 8,
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


def _costs(report: RecoveryReport) -> Table:
    title = f"{report.subscribers:,} subscribers, {report.days} days, {report.cdrs_a_day} CDRs each a day"
    table = Table("", "", title=title)
    for name in ("bytes_beside", "bytes_tallies", "bytes_cells", "bytes_circle", "bytes_ids"):
        table.add_row(f"{name.removeprefix('bytes_')}, bytes a subscriber", f"{getattr(report, name):,}")
    table.add_row("checkpoint, MB", f"{report.checkpoint_mb:,}")
    table.add_row("written in, s", str(report.write_s))
    table.add_row("recovered in, s", str(report.recovery_s))
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
