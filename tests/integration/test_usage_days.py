"""Usage days in their table, and the weekly looks at them: versions, repeats, restarts, and what is forgotten."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta

import pytest
from aiokafka import AIOKafkaProducer

from services.warning.wiring import run_rules, run_usage
from shared.calendar import local_date, start_of
from shared.events.day_passed import DayPassed
from shared.events.usage_day import UsageDay
from shared.settings import Settings
from tests.support.builders import at, customer, subscription
from tests.support.running import begin_now, producing, publish, running
from tests.support.tables import Tables
from tests.support.usage import used

pytestmark = pytest.mark.integration

FIRST = date(2026, 2, 1)
DAYS = "SELECT day, version, contacts, bytes FROM warning.usage_day ORDER BY day"
SAID = (
    "SELECT facts -> 'evidence' ->> 'kind', facts -> 'evidence' ->> 'last_active_on' FROM warning.warning"
    " ORDER BY raised_at"
)


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Begin at the present ends of the logs."""
    await begin_now(settings, ["warning"])
    async with producing(settings) as opened:
        yield opened


async def heard(tables: Tables, days: Sequence[UsageDay]) -> None:
    """Wait until the offsets tell that so many records were decided."""
    await tables.until_count(f"warning.usage_day WHERE day = '{days[-1].day}' AND version >= {days[-1].version}", 1)


async def test_the_latest_version_of_a_day_counts_in_whatever_order_it_comes(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    told = [used(FIRST, 3), used(FIRST, 5, 3), used(FIRST, 4, 2), used(FIRST + timedelta(days=1), 1)]
    async with running(run_usage, settings):
        await publish(producer, told)
        await heard(tables, told)
    again = [used(FIRST, 3), used(FIRST + timedelta(days=2), 2)]
    async with running(run_usage, settings):
        await publish(producer, again)
        await heard(tables, again)

    contacts = [(FIRST, 3, 6, 7), (FIRST + timedelta(days=1), 1, 2, 7), (FIRST + timedelta(days=2), 1, 3, 7)]
    assert await tables.rows(DAYS) == contacts
    assert await tables.count("warning.inbox WHERE topic = 'warning.usage_day.v1'") == 0
    assert await tables.rows("SELECT first_active_on, last_active_on FROM warning.usage_number") == [
        (FIRST, FIRST + timedelta(days=2))
    ]


async def test_a_number_that_falls_silent_is_said_on_its_weekday_and_forgotten_after_its_quarantine(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    active = [used(FIRST + timedelta(days=back), 10) for back in range(28)]
    last = active[-1].day
    async with running(run_usage, settings), running(run_rules, settings):
        await publish(producer, [customer(), subscription(activated_at=at("2025-06-01 00:00"))])
        await publish(producer, active)
        await heard(tables, active)
        await tables.until_count("warning.subscription", 1)
        for day in (last + timedelta(days=back) for back in range(1, 29)):
            await _passed(producer, tables, day)
        assert await tables.rows(SAID) == [("fell", None), ("silent", last.isoformat())]
        await _passed(producer, tables, last + timedelta(days=120))

    assert (await tables.count("warning.usage_day"), await tables.count("warning.usage_number")) == (0, 0)


async def test_analysts_rules_are_asked_with_the_weekly_look(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    await tables.change(
        "INSERT INTO warning.policy (name, effective_from, fields, set_by, why)"
        " VALUES ('warning.analyst.quiet', '2026-01-01', CAST(:fields AS jsonb), 'pam', 'May')",
        fields=json.dumps(
            {"when": "usage.calls_fall_share > 0.5 && usage.silent_days > 4", "explain_en": "{usage.calls_7d}"}
        ),
    )
    active = [used(FIRST + timedelta(days=back), 10 if back < 21 else 1) for back in range(25)]
    async with running(run_usage, settings), running(run_rules, settings):
        await publish(producer, [customer(), subscription(activated_at=at("2025-06-01 00:00"))])
        await publish(producer, active)
        await heard(tables, active)
        await tables.until_count("warning.subscription", 1)
        for back in range(1, 15):
            await _passed(producer, tables, active[-1].day + timedelta(days=back))

    [(when, features, said)] = await tables.rows(
        "SELECT raised_at, facts -> 'evidence' -> 'features', facts ->> 'explanation_en' FROM warning.warning"
        " WHERE rule_id = 'analyst.quiet'"
    )
    assert start_of(local_date(when)) == when, "a look is at midnight"
    assert features["usage.silent_days"] == (local_date(when) - active[-1].day).days
    assert features["usage.calls_fall_share"] > 0.5
    assert int(said) == features["usage.calls_7d"] < 10


async def _passed(producer: AIOKafkaProducer, tables: Tables, day: date) -> None:
    midnight = start_of(day + timedelta(days=1))
    await publish(producer, [DayPassed(id=f"day-{day}", occurred_at=midnight, day=day)])
    await tables.until_count(f"warning.due_day WHERE day = '{day}' AND swept_at IS NOT NULL", 1)
