"""The one command's commands; `./keepline --help` lists them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import checks
from deploy.local.demo import Asked, demo
from deploy.local.folders import folders
from deploy.local.platform import AlreadyRunningError, Running, Wanted, platform, read_running
from deploy.local.signals import run_until_signalled
from shared.sealing import new_key

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command("demo")
def demo_command(
    subscribers: int = 2_000,
    days: Annotated[int, typer.Option(help="how many days are played")] = 60,
    seed: int = 7,
    pace: Annotated[float, typer.Option(help="seconds that a day takes at least")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="end by itself after the last day")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Run the whole platform with a simulated operator on it; nothing else needs to be installed."""
    asked = Asked(
        subscribers=subscribers, days=days, seed=seed, pace_s=0.0 if once else pace, once=once, as_json=as_json
    )
    _end(lambda: run_until_signalled(demo(asked, console)))


@app.command()
def up(
    simulation: Annotated[bool, typer.Option("--simulation", help="business time is moved by a simulator")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget everything that was kept")] = False,
) -> None:
    """Run the platform without a simulator, until Ctrl-C."""
    wanted = Wanted(folders=folders("platform"), fresh=fresh, simulation=simulation, console=console)

    async def stay() -> int:
        async with platform(wanted) as running:
            console.print(_shown(read_running(running.folders)))
            await asyncio.Event().wait()
        return 0

    _end(lambda: run_until_signalled(stay()))


@app.command()
def down() -> None:
    """Stop the platform that is running."""
    running = _running()
    os.kill(running.pid, signal.SIGTERM)
    console.print(f"asked process {running.pid} to stop")


@app.command()
def status() -> None:
    """Show what is running, and where."""
    console.print(_shown(_running()))


@app.command(context_settings=PASS_ON)
def intake(context: typer.Context) -> None:
    """Read foreign records into the topics: FORMAT PATH [--json] [--as-then]."""
    running = read_running(folders("platform"))
    home = folders(running.profile if running else "platform").home
    _pass_on(["services.intake", "publish", "--home", str(home), *context.args])


@app.command(context_settings=PASS_ON)
def feeds(context: typer.Context) -> None:
    """Show how good each upstream feed was on a day: [--day DAY] [--json]."""
    _pass_on(["services.intake", "feeds", *context.args])


@app.command(context_settings=PASS_ON)
def kpi(context: typer.Context) -> None:
    """`recount` counts the archive afresh, and compares."""
    _pass_on(["services.kpi", *context.args])


@app.command("dead-letters", context_settings=PASS_ON)
def dead_letters(context: typer.Context) -> None:
    """`list`, `show ID` or `replay ID`: the records that no service could use."""
    _pass_on(["deploy.dead_letters", *context.args])


@app.command(context_settings=PASS_ON)
def rules(context: typer.Context) -> None:
    """`list [--json]`: warning rules that failed. `release RULE`: end a rule's quarantine."""
    _pass_on(["services.warning", *("troubles" if each == "list" else each for each in context.args)])


@app.command(context_settings=PASS_ON)
def policy(context: typer.Context) -> None:
    """`list`, `show`, `propose`, `proposals`, `diff`, `shadow`, `approve`, `reject`, `rollback`, `--as` somebody."""
    _pass_on(["deploy.policy", *context.args])


@app.command(context_settings=PASS_ON)
def backtest(context: typer.Context) -> None:
    """Try a change of policy on the archived past: --policy FILE --from DAY --to DAY [--truth FILE] [--json]."""
    _pass_on(["replay.backtest", *context.args], alone="--defaults" in context.args)


@app.command()
def check() -> None:
    """Format, lint, types, contracts, unit tests: under a minute when warm."""
    sys.exit(checks.check())


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """Run all the tests that this machine can run."""
    sys.exit(checks.test(context.args))


@app.command(context_settings=PASS_ON)
def bench(context: typer.Context) -> None:
    """Measure: `sieve`, `latency`, `reentry`, `recovery` or `backtest` [--json]."""
    # In our own place, so that a signal meant for the benchmark reaches the one who cleans up.
    os.execv(sys.executable, [sys.executable, "-m", "bench", *context.args])


@app.command()
def secret() -> None:
    """Print a new key for KEEPLINE_SECRET_KEY."""
    print(new_key())


def _pass_on(module: list[str], *, alone: bool = False) -> None:
    """Run a service's own command with the running platform's settings, or with the environment's.

    `alone`: it needs neither.
    """
    running = read_running(folders("platform"))
    environment = os.environ | (running.environment if running else {})
    if not alone and not running and "KEEPLINE_DATABASE_URL" not in os.environ:
        _fail("no platform is running: start one with `./keepline up`, or set KEEPLINE_KAFKA and KEEPLINE_DATABASE_URL")
    sys.exit(subprocess.call([sys.executable, "-m", *module], env=environment, cwd=Path.cwd()))


def _running() -> Running:
    running = read_running(folders("platform"))
    if running is None:
        _fail("no platform of this checkout is running")
    assert running is not None
    return running


def _shown(running: Running | None) -> Table:
    assert running is not None, "a running platform has written down where it is"
    title = f"Keepline ({running.profile}), process {running.pid}, since {running.started_at[:19]}"
    table = Table("process", "pid", "HTTP", title=title, title_justify="left")
    for name, pid in running.pids.items():
        table.add_row(name, str(pid or "-"), running.urls.get(name, ""))
    table.add_row("kafka", "", running.environment["KEEPLINE_KAFKA"])
    return table


def _end(work: Callable[[], int]) -> None:
    try:
        sys.exit(work())
    except (AlreadyRunningError, RuntimeError) as failure:
        _fail(str(failure))


def _fail(why: str) -> None:
    console.print(why, style="red", markup=False, highlight=False)
    sys.exit(1)


if __name__ == "__main__":
    app(prog_name="keepline")
