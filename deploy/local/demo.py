"""The demo: the whole platform on this machine, with a simulated operator playing its days on it."""

import asyncio
import os
import sys
from dataclasses import dataclass
from time import monotonic

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.counts import Counts, counts
from deploy.local.folders import folders
from deploy.local.platform import Platform, Wanted, platform
from deploy.local.processes import Child, Program

LOOK_S = 1.0
SUMMARY_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the demo is to play."""

    subscribers: int
    days: int
    seed: int
    pace_s: float
    once: bool
    as_json: bool


async def demo(asked: Asked, console: Console) -> int:
    """Play the demo; the exit code is 0 only if nothing was lost and nothing was done twice."""
    started = monotonic()
    wanted = Wanted(folders=folders("demo"), fresh=True, simulation=True, console=console)
    async with platform(wanted) as running:
        simulator = _simulator(running, asked)
        await running.add(simulator)
        if asked.once:
            await _watched(running, simulator, console, quiet=asked.as_json)
            return await _judge(running, asked, console, started)
        console.print(_addresses(running))
        await _watched(running, simulator, console, quiet=False)
        console.print("the last day is played; the platform stays up until Ctrl-C")
        await asyncio.Event().wait()
    return 0


def _simulator(running: Platform, asked: Asked) -> Child:
    options = {"--subscribers": asked.subscribers, "--days": asked.days, "--seed": asked.seed, "--pace": asked.pace_s}
    program = Program(
        name="simulator",
        argv=[
            sys.executable,
            "-m",
            "services.intake",
            "simulate",
            str(running.folders.home),
            *(str(part) for option in options.items() for part in option),
        ],
        log=running.folders.logs / "simulator.log",
        env=running.environment,
        keep=False,
        restarts_max=20,
    )
    return Child(program, running.tell)


async def _watched(running: Platform, simulator: Child, console: Console, *, quiet: bool) -> None:
    """Show live counts until the simulation has ended, or nothing where nobody looks."""
    ended = asyncio.ensure_future(simulator.wait())
    if quiet or not console.is_terminal:
        await ended
        return
    engine = create_async_engine(running.environment["KEEPLINE_DATABASE_URL"])
    with Live(console=console, auto_refresh=False) as live:
        while not ended.done():
            try:
                async with engine.connect() as tx:
                    live.update(_table(await counts(tx), running), refresh=True)
            except (SQLAlchemyError, OSError):
                live.update("the database is being restarted", refresh=True)
            await asyncio.wait({ended}, timeout=LOOK_S)
    await engine.dispose()
    await ended


async def _judge(running: Platform, asked: Asked, console: Console, started: float) -> int:
    figures = msgspec.json.decode(await _summary(running))
    figures |= {"restarts": running.restarts, "seconds": round(monotonic() - started, 1)}
    said = msgspec.json.encode(figures).decode()
    if asked.as_json:
        print(said, flush=True)
    else:
        console.print_json(said)
    return 0 if figures["lost"] == figures["duplicated"] == 0 else 1


async def _summary(running: Platform) -> bytes:
    """Return what the audit prints; while broker or database are being restarted it is asked again."""
    command = (sys.executable, "-m", "replay.summary")
    environment = os.environ | running.environment
    for _ in range(SUMMARY_TRIES):
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environment)
        said, _ = await process.communicate()
        if process.returncode == 0:
            return said
        await asyncio.sleep(LOOK_S)
    raise RuntimeError("could not sum up the demo: see above")


def _addresses(running: Platform) -> Table:
    table = Table("service", "HTTP", title="Keepline is up", title_justify="left")
    for name, url in running.urls.items():
        table.add_row(name, url)
    return table


def _table(counted: Counts, running: Platform) -> Table:
    title = f"business time {counted.business_time}   restarts {running.restarts}"
    table = Table("stage", "decided", "what came of it", title=title, title_justify="left")
    said = {
        "sieve": f"{counted.signals} signals",
        "warning": _said(counted.warnings_by_state),
        "dispatch": f"waiting {_said(counted.waiting)}; contacts {_said(counted.contacts)}",
        "offers": _said(counted.offers),
        "points": f"{counted.points_postings} postings",
        "kpi": _said(counted.measures),
        "archive": f"dead letters: {_said(counted.dead_letters) or 'none'}",
    }
    for stage, words in said.items():
        table.add_row(stage, f"{counted.decided.get(stage, 0):,}", words)
    return table


def _said(figures: dict[str, int]) -> str:
    return "  ".join(f"{name} {count}" for name, count in figures.items())
