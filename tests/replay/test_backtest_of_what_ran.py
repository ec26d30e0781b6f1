"""What the live rules said of a simulated month, over real Kafka and PostgreSQL, is what a backtest of it says."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from replay.backtest import order, past
from replay.backtest.report import Window
from replay.backtest.run import run
from replay.backtest.sweep import Sweeper
from services.archive.stream import keep
from services.archive.wiring import run as run_archive
from services.intake.domain.simulator.operator import Operator
from services.intake.domain.simulator.world import Plan, World
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.catalogue import all_rules
from services.warning.domain.weekday import weekday_of
from services.warning.stream.hear import heard_topics
from services.warning.wiring import run_rules, run_usage
from shared.calendar import start_of
from shared.db import policies
from shared.db.engine import connect
from shared.events.day_passed import DayPassed
from shared.events.usage_day import UsageDay
from shared.events.warning_raised import WarningFacts
from shared.ids import derived_id
from shared.policy import PolicyBook
from shared.policy_change.change import Change
from shared.settings import Settings
from shared.topic import Event
from tests.replay.operator import archived
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.tables import Tables

pytestmark = pytest.mark.replay

PLAN = Plan(seed=7, subscribers=120, first_day=date(2026, 1, 1), days=34)
ASLEEP_AFTER = 8
"""On this day of the run every eighth number falls silent."""
BOOKS = {"warning": PolicyBook(), "dispatch": PolicyBook()}
QUIETER: dict[str, Any] = {
    "when": "usage.calls_fall_share >= 0.5 && usage.minutes_7d > 0 && !suspension.now",
    "explain_zh": "{usage.calls_7d}",
    "explain_en": "{usage.minutes_7d} minutes, a bill of {bill.amount_fen:yuan}",
    "examples": [
        {"features": {"usage.calls_fall_share": 0.6, "usage.minutes_7d": 1, "suspension.now": False}, "fires": True},
        {"features": {"usage.calls_fall_share": 0.6, "usage.minutes_7d": 0, "suspension.now": False}, "fires": False},
    ],
}
STEPS: dict[str, Any] = {
    "when": "rival.hotline_calls_30d > 1 || rival.porting_step == 'enquiry' || suspension.kind == 'voluntary'",
    "level": 2,
    "cooldown_days": 5,
    "explain_zh": "{customer.package}",
    "explain_en": "{rival.hotline_calls_30d} calls",
    "examples": [
        {"features": {"rival.hotline_calls_30d": 2}, "fires": True},
        {"features": {"rival.hotline_calls_30d": 1}, "fires": False},
    ],
}
ANALYSTS = {"warning.analyst.quieter": QUIETER, "warning.analyst.steps": STEPS}


def played() -> Iterator[list[Event]]:
    """Yield what the rules hear of each day: with signals and usage days as the sieve would have told them."""
    world = World(plan=PLAN)
    operator = Operator(world)
    yield [event for batch in operator.history() for event in batch]
    while world.day < PLAN.days:
        told = [*operator.dawn(), *operator.daytime(), *operator.evening()]
        yield [*archived(told), *_used(world)]
        world.day += 1


def _used(world: World) -> Iterator[UsageDay]:
    """Yield the day before as the sieve tells it; some numbers fall silent."""
    day = world.today - timedelta(days=1)
    for index in range(0, PLAN.subscribers, 4):
        if index % 8 and world.day > ASLEEP_AFTER:
            continue
        msisdn = world.who(index).msisdn
        calls = 30 if world.day < 25 else 3
        yield UsageDay(
            id=derived_id("usage", msisdn, str(day)),
            occurred_at=start_of(day + timedelta(days=1)),
            msisdn=msisdn,
            day=day,
            version=calls,
            calls_out=calls,
            calls_in=0,
            bytes=10**8,
            seconds_out=60 * calls,
            seconds_in=0,
            messages=0,
            own_net_calls=0,
            other_net_calls=0,
        )


async def lived(settings: Settings, tables: Tables) -> None:
    """Have the rules hear the whole run, each day when the one before is done, and the archive keep all of it."""
    heard, decided = {topic.event for topic in heard_topics()}, 0
    await begin_now(settings, ["warning", "archive"])
    async with (
        running(run_rules, settings),
        running(run_usage, settings),
        running(run_archive, settings),
        producing(settings) as producer,
    ):
        for events in played():
            # The day before is swept before anything of this day comes, as it is at midnight.
            for part in (_of_days(events), [event for event in events if not isinstance(event, DayPassed)]):
                await publish(producer, part)
                decided += sum(type(event) in heard for event in part)
                await tables.until_count("warning.inbox", decided)
                await tables.until_count("warning.due_day WHERE swept_at IS NULL", 0)
        await tables.until_count("warning.outbox", 0)
        await until(lambda: _kept(tables), what="the archive to hold all warnings")


def _of_days(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, DayPassed)]


async def _kept(tables: Tables) -> bool:
    count = "SELECT coalesce(sum(next_offset - first_offset), 0) FROM archive.manifest WHERE topic IN ({})"
    kept = await tables.one(count.format("'warning.raised.v1', 'warning.noted.v1'"))
    return bool(kept == await tables.count("warning.warning"))


async def test_a_backtest_of_what_ran_gives_the_warnings_that_were_given(
    settings: Settings, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "AGE_S", 0.5)
    await _written(tables)
    await lived(settings, tables)
    folder, book = Path(settings.archive_dir), await _book(settings)
    known = past.read(folder, all_rules(), Analysts(book).names())
    live = await tables.by(
        "SELECT warning_id, (rule_id, level, coalesce(population, 'none'))::text FROM warning.warning"
    )
    for which in (order.arrival, order.happening):
        swept = Sweeper(known, all_rules()).sweep(which, book)
        warned = [each.event for each in swept.said if isinstance(each.event, WarningFacts)]
        assert {each.id: _told(each) for each in warned} == live
    rules = {each.partition(",")[0].strip("(") for each in live.values()}
    assert rules >= {"dormancy", "porting", "rival_hotline", "voluntary_suspension", "arrears_risk"}
    assert rules >= {"analyst.quieter", "analyst.steps"}
    window = Window(PLAN.first_day, PLAN.first_day + timedelta(days=PLAN.days + 1))
    report = run(folder, {**BOOKS, "warning": book}, (), window, None)
    assert (report.gained, report.lost, report.changed) == (0, 0, 0)
    assert (report.what_ran.missing, report.what_ran.extra, report.what_ran.other) == (0, 0, 0)
    totals = await tables.by(
        "SELECT rule_id, count(*) FROM warning.warning WHERE raised_at >= :first GROUP BY 1",
        first=start_of(PLAN.first_day),
    )
    assert {rule: sum(row.after for row in report.by_rule if row.rule == rule) for rule in totals} == totals
    _check_analysts(folder, window, totals)


def _check_analysts(folder: Path, window: Window, totals: Mapping[str, int]) -> None:
    """Tried on a past in whose policy they are not, the analysts' rules say what the live ones said."""
    tried = [Change(name=name, scope="", fields=fields, why="") for name, fields in ANALYSTS.items()]
    found = run(folder, BOOKS, tried, window, None)
    assert (found.gained, found.lost, found.changed) == (0, 0, 0)
    assert found.rules == ("analyst.quieter", "analyst.steps")
    for rule in found.rules:
        assert sum(row.after for row in found.by_rule if row.rule == rule) == totals[rule]


async def _written(tables: Tables) -> None:
    """Have two rules of analysts in force all along."""
    for name, fields in ANALYSTS.items():
        await tables.change(
            "INSERT INTO warning.policy (name, effective_from, fields, set_by, why)"
            " VALUES (:name, '2020-01-01', CAST(:fields AS jsonb), 'test', 'test')",
            name=name,
            fields=json.dumps(fields),
        )


async def _book(settings: Settings) -> PolicyBook:
    engine = connect(settings.database_url, "warning", "warning_stream", pool_size=1)
    try:
        async with engine.connect() as tx:
            return await policies.read(tx)
    finally:
        await engine.dispose()


def _told(warning: WarningFacts) -> str:
    return f"({warning.rule_id},{warning.level},{getattr(warning, 'population', 'none')})"


async def test_a_number_is_looked_at_on_the_same_weekday_in_the_database_and_in_a_replay(
    settings: Settings, tables: Tables
) -> None:
    numbers = [
        f"+{digits}" for digits in (8613300000001, 1234567, 861330000000, 123456789012345, *range(10**9, 10**9 + 200))
    ]
    for msisdn in numbers:
        await tables.change(
            "INSERT INTO warning.usage_number (msisdn, first_active_on, last_active_on) VALUES (:msisdn, now(), now())",
            msisdn=msisdn,
        )
    found = await tables.by("SELECT msisdn, weekday FROM warning.usage_number")
    assert found == {msisdn: weekday_of(msisdn) for msisdn in numbers}
