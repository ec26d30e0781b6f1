"""`python -m replay.backtest`: what a change of policy would have made of the past."""

import asyncio
import gc
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from replay.backtest import changes, leavers, run, tables
from replay.backtest.changes import BadChangesError
from replay.backtest.leavers import BadListError, Leavers
from replay.backtest.report import Window
from replay.backtest.run import Books
from shared.db import policies
from shared.db.engine import connect
from shared.policy import PolicyBook
from shared.policy_change.change import MistakenError
from shared.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)
SERVICES = ("warning", "dispatch")
DAY = ["%Y-%m-%d"]


@app.command()
def backtest(
    policy: Annotated[Path, typer.Option(help="the changes: a JSON list; `[]` changes nothing")],
    since: Annotated[datetime, typer.Option("--from", formats=DAY, help="the first day whose warnings are compared")],
    until: Annotated[datetime, typer.Option("--to", formats=DAY, help="the first day that no longer is")],
    truth: Annotated[Path | None, typer.Option(help="who left, as the simulator wrote it")] = None,
    left: Annotated[Path | None, typer.Option("--leavers", help="who left: .csv, or JSON lines")] = None,
    archive: Annotated[Path | None, typer.Option(help="the archive's folder; the platform's if left out")] = None,
    untouched: Annotated[bool, typer.Option("--defaults", help="the defaults ran: ask no database")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Decide the archived past again under a change of policy, and compare it with what ran."""
    window = Window(since.date(), until.date())
    if window.first >= window.until:
        _fail(f"--to {window.until} must be later than --from {window.first}")
    if truth and left:
        _fail("--truth and --leavers are two names for who left: give one")
    try:
        tried, gone = changes.read(policy), _leavers(truth or left)
        settings = Settings()
        books = _defaults() if untouched else asyncio.run(_books(settings))
        found = run.run(archive or Path(settings.archive_dir), books, tried, window, gone)
    except (BadChangesError, BadListError, FileNotFoundError) as error:
        _fail(str(error))
    except MistakenError as error:
        _fail(changes.told(error))
    except (OSError, SQLAlchemyError) as error:
        _fail(f"could not read which policies ran: {error}. Is the platform up? --defaults asks no database")
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        for part in tables.told(found):
            Console().print(part)


def _leavers(path: Path | None) -> Leavers | None:
    return leavers.read(path) if path else None


def _defaults() -> Books:
    return {service: PolicyBook() for service in SERVICES}


async def _books(settings: Settings) -> Books:
    """Read the policy versions that ran."""
    return {service: await _book(settings, service) for service in SERVICES}


async def _book(settings: Settings, service: str) -> PolicyBook:
    engine = connect(settings.database_url, service, f"{service}_stream", pool_size=1)
    try:
        async with engine.connect() as tx:
            return await policies.read(tx)
    finally:
        await engine.dispose()


def _fail(why: str) -> NoReturn:
    console.print(why, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    # Nothing that a trial makes points in circles, and to look for that takes a third of its time.
    gc.disable()
    app(prog_name="keepline backtest")
