"""`python -m services.intake`: `door` serves HTTP, `meter` measures feeds, `feeds` shows them, `simulate` plays an
operator, `publish` reads foreign records.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from services.intake.domain.catalogue import all_formats
from services.intake.domain.feeds import Quality
from services.intake.domain.format import Format
from services.intake.domain.simulator.walk import NoRecordsError
from services.intake.domain.simulator.world import Plan
from services.intake.stream.drain import StuckError
from services.intake.stream.reading import TooManyError
from services.intake.stream.simulation import PastError
from services.intake.wiring import Errand, feeds_of, run_door, run_errand, run_feeds, run_simulation
from shared.process import main
from shared.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)
TABLE_COLUMNS = 112
"""A narrower terminal breaks the lines of the table, and nothing is cut off."""
MISTAKES = (FileNotFoundError, ValueError, NoRecordsError, TooManyError, PastError, StuckError)


@app.command()
def door() -> None:
    """Take events over HTTP, and tell each day that passes."""
    sys.exit(main(run_door))


@app.command()
def meter() -> None:
    """Measure how good each upstream feed is."""
    sys.exit(main(run_feeds))


@app.command()
def feeds(
    day: Annotated[str | None, typer.Option(help="a calendar day, 2026-03-05; today if left out")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON array")] = False,
) -> None:
    """Show how good each upstream feed was on a day: what is missing, late, repeated, refused."""
    try:
        asked = date.fromisoformat(day) if day else None
    except ValueError:
        _fail(f"not a day: {day}")
    found = asyncio.run(feeds_of(Settings(), asked))
    if as_json:
        print(msgspec.json.encode(found).decode(), flush=True)
    else:
        Console(width=max(console.width, TABLE_COLUMNS)).print(_table(found))


@app.command()
def simulate(
    home: Annotated[Path, typer.Argument(help="where the scene and the truth are written down")],
    subscribers: int = Plan().subscribers,
    days: int = Plan().days,
    seed: int = Plan().seed,
    pace: Annotated[float, typer.Option(help="seconds that a day takes at least")] = 0.0,
) -> None:
    """Play an operator, day after day; a run that was killed is taken up where it was."""
    plan = Plan(seed=seed, subscribers=subscribers, days=days)
    sys.exit(main(partial(run_simulation, plan=plan, home=home, pace_s=pace)))


@app.command()
def publish(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=f"one of: {', '.join(all_formats())}")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="a file, or a folder of files")],
    home: Annotated[Path, typer.Option(help="the platform's folder; reports are kept in intake/ below it")],
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
    as_then: Annotated[bool, typer.Option("--as-then", help="in a simulation: tell each record on its day")] = False,
    columns: Annotated[
        str, typer.Option(help="headings by field, where they are others: number=客户号码,reason=x")
    ] = "",
) -> None:
    """Read foreign records into the topics; the same records again change nothing."""
    settings, known = Settings(), all_formats().get(form)
    if known is None:
        _fail(f"there is no format {form}: {', '.join(all_formats())}")
    if as_then and not settings.simulation:
        _fail("--as-then moves business time: it needs a simulation (./keepline up --simulation --fresh)")
    folder = home / "intake" / f"{form}-{path.resolve().name}"
    try:
        named = _named(known, columns)
        told = _done(settings, Errand(form=known, path=path, folder=folder, home=home, as_then=as_then, named=named))
    except MISTAKES as mistake:
        _fail(f"could not read {path}: {mistake}")
    _show(known, told, folder)
    if as_json:
        print(msgspec.json.encode(told).decode(), flush=True)
    sys.exit(0 if told["accepted"] else 1)


def _named(form: Format, columns: str) -> dict[str, str]:
    """Return headings by field.

    Raises:
        ValueError: `columns` is written otherwise, or names a field that the format does not have.
    """
    pairs = [pair.partition("=") for pair in columns.split(",") if pair]
    named = {field.strip(): heading.strip() for field, _, heading in pairs}
    if unknown := sorted(field for field, heading in named.items() if field not in form.fields or not heading):
        raise ValueError(
            f"--columns {', '.join(unknown)}: {form.name} has the fields {', '.join(form.fields) or 'none'}"
        )
    return named


def _done(settings: Settings, errand: Errand) -> dict[str, object]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        return asyncio.run(run_errand(settings, errand, progress))


def _show(form: Format, told: dict[str, object], folder: Path) -> None:
    console.print(form.says, highlight=False)
    console.print(msgspec.json.format(msgspec.json.encode(told)).decode(), highlight=False, markup=False)
    console.print(f"report and refused lines: {folder}", highlight=False, soft_wrap=True)


def _table(found: Sequence[Quality]) -> Table:
    names = ("feed", "arrived", "complete", "missing", "p95 s", "repeated", "refused", "silent s")
    table = Table(*(Column(name, no_wrap=True) for name in names))
    for each in found:
        figures = (each.arrived, each.completeness, each.missing, each.delay_s_p95, each.repeated, each.refused)
        table.add_row(each.topic, *(_figure(figure) for figure in (*figures, each.silent_s or None)))
    return table


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if isinstance(value, int) or value >= 100 else f"{value:.3g}"


def _fail(why: str) -> NoReturn:
    console.print(why, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    app()
