"""A trial's report as people read it."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from replay.backtest.leavers import Quality
from replay.backtest.report import Report

DAYS_MAX = 40
"""Counties and days whose load changes most; the rest stands in the JSON."""


def told(report: Report) -> Iterator[RenderableType]:
    """Yield the tables of a report."""
    yield f"warnings from {report.window.first} until before {report.window.until}; {report.events:,} facts"
    yield f"decided again: {', '.join(report.rules) or 'no rule'}"
    yield _ran(report)
    yield _warnings(report)
    if report.foretold:
        yield _foretold(report)
    yield _queue(report)
    for rule, error in report.failed.items():
        yield f"rule {rule} failed: {error}"


def _ran(report: Report) -> str:
    ran = report.what_ran
    if ran.missing or ran.extra or ran.other:
        differs = f"{ran.missing} not replayed, {ran.extra} never given, {ran.other} otherwise"
    else:
        differs = "the replay of what ran gives the same"
    return f"{ran.given:,} warnings were given: {differs}"


def _warnings(report: Report) -> Table:
    title = f"{report.before:,} warnings before, {report.after:,} after"
    table = Table("rule", "population", "before", "after", "gained", "lost", "changed", title=title)
    for row in report.by_rule:
        counts = (row.before, row.after, row.gained, row.lost, row.changed)
        table.add_row(row.rule, row.population, *(f"{count:,}" for count in counts))
    return table


def _foretold(report: Report) -> Table:
    table = Table("warnings", "", "right", "precision", "caught", "recall", "lead days", title="who left was foretold")
    for name, held in report.foretold.items():
        for when, quality in (("before", held.before), ("after", held.after)):
            table.add_row(name if when == "before" else "", when, *_figures(quality))
    return table


def _figures(quality: Quality) -> tuple[str, ...]:
    return (
        f"{quality.right:,} of {quality.warnings:,}",
        _plain(quality.precision),
        f"{quality.caught:,} of {quality.leavers:,}",
        _plain(quality.recall),
        _plain(quality.lead_days_median),
    )


def _plain(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:g}"


def _queue(report: Report) -> Table:
    before, after = sum(load.before for load in report.queue), sum(load.after for load in report.queue)
    title = f"{before:,} work items before, {after:,} after; the {DAYS_MAX} counties and days that change most"
    table = Table("county", "day", "before", "after", title=title)
    most = sorted(report.queue, key=lambda load: (-abs(load.after - load.before), load.day, load.county))
    for load in most[:DAYS_MAX]:
        if load.before != load.after:
            table.add_row(load.county, str(load.day), str(load.before), str(load.after))
    return table
