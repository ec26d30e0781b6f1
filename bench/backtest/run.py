"""The trial on the past, timed: of every rule, and of a change that touches one."""

import gc
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from msgspec import Struct
from rich.console import Console

from bench.backtest import archived
from bench.machine import Machine, machine, peak_mb
from replay.backtest import past, run
from replay.backtest.report import Window
from services.intake.domain.simulator.world import Plan
from shared.policy import PolicyBook
from shared.policy_change.change import Change

AIM = 100_000
"""Events a second on one core."""
BOOKS = {"warning": PolicyBook(), "dispatch": PolicyBook()}
CHANGES = {
    "every_rule": (),
    "steep_bill_drop": (Change(name="warning.steep_bill_drop", scope="", fields={"fall_share_min": 0.2}, why=""),),
    "dormancy": (Change(name="warning.dormancy", scope="", fields={"silent_days": 10}, why=""),),
    "porting": (Change(name="warning.porting", scope="", fields={"repeat_hours": 24}, why=""),),
}


class Timed(Struct, frozen=True, kw_only=True):
    """One trial: read, decided in both orders, compared."""

    events: int
    """Facts that it read."""
    seconds: float
    cpu_seconds: float
    read_cpu_seconds: float
    """Of these, to read the archive."""
    events_per_s: int
    """Facts read, a second of CPU."""
    archived_per_s: int
    """Events in the archive, read or not, a second of CPU."""
    warnings: int


class Report(Struct, frozen=True, kw_only=True):
    """What the benchmark says."""

    archived: int
    subscribers: int
    days: int
    aim: int
    trials: dict[str, Timed]
    peak_memory_mb: int
    """Of the whole benchmark, the archive's making included."""
    machine: Machine


def timed(plan: Plan, console: Console) -> Report:
    """Archive a simulated run, and time trials on it."""
    with TemporaryDirectory() as folder:
        console.print(f"archiving {plan.days} days of {plan.subscribers:,} subscribers")
        count = archived.write(Path(folder), plan)
        console.print(f"{count:,} events are archived; trying")
        trials = {name: _timed(Path(folder), count, plan, tried) for name, tried in CHANGES.items()}
    return Report(
        archived=count,
        subscribers=plan.subscribers,
        days=plan.days,
        aim=AIM,
        trials=trials,
        peak_memory_mb=peak_mb(),
        machine=machine(),
    )


def _timed(folder: Path, archived_events: int, plan: Plan, tried: Sequence[Change]) -> Timed:
    window = Window(plan.first_day, plan.first_day + timedelta(days=plan.days + 1))
    gc.collect()
    gc.disable()
    try:
        before_reading = process_time()
        past.read(folder, run.touched(tried))
        started, cpu = perf_counter(), process_time()
        report = run.run(folder, BOOKS, tried, window, None)
        seconds, cpu_seconds = perf_counter() - started, process_time() - cpu
    finally:
        gc.enable()
    return Timed(
        events=report.events,
        seconds=round(seconds, 2),
        cpu_seconds=round(cpu_seconds, 2),
        read_cpu_seconds=round(cpu - before_reading, 2),
        events_per_s=round(report.events / cpu_seconds),
        archived_per_s=round(archived_events / cpu_seconds),
        warnings=report.after,
    )
