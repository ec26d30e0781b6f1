"""What a month's failed contacts were put down to comes back once the month is over, once, and weighs from then on."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer

from services.kpi.wiring import run as run_kpi
from services.warning.wiring import run_rules
from shared.calendar import start_of
from shared.events.day_passed import DayPassed
from shared.events.signal_heard import SignalHeard
from shared.settings import Settings
from tests.support.builders import NUMBER, REGION, at, customer, fresh, subscription
from tests.support.running import begin_now, producing, publish, running
from tests.support.tables import Tables
from tests.unit.kpi.facts import NOON, contact

pytestmark = pytest.mark.integration

CITY, PROVINCE = REGION.rpartition(".")[0], REGION.partition(".")[0]
TOLD = "SELECT region, reason, count, failures FROM warning.failure_factor WHERE month = '2026-03' ORDER BY 1, 2"
SAID = "SELECT raised_at, facts -> 'evidence' -> 'failure_factors' ->> 'month' FROM warning.warning ORDER BY raised_at"


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Begin at the present ends of the logs."""
    await begin_now(settings, ["kpi", "warning"])
    async with producing(settings) as opened:
        yield opened


async def passed(producer: AIOKafkaProducer, tables: Tables, day: date) -> None:
    """Say that a day is over, and wait until KPI has done what was due."""
    await publish(producer, [DayPassed(id=f"day-{day}", occurred_at=start_of(day + timedelta(days=1)), day=day)])
    await tables.until_count(f"kpi.due_day WHERE day = '{day}' AND swept_at IS NOT NULL", 1)


def hotline(when: datetime) -> SignalHeard:
    """Return a call to a rival's hotline."""
    return SignalHeard(
        id=fresh("call"),
        occurred_at=when,
        msisdn=NUMBER,
        kind="rival_hotline",
        peer="10086",
        operator="china_mobile",
        duration_s=60,
    )


async def test_a_months_failures_are_handed_on_once_and_weigh_in_the_next_month(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    failed = [contact(region=REGION, outcome="refused", judged_reason="competitor_handset") for _ in range(9)]
    failed += [contact(NOON, region=REGION, outcome="left"), contact(NOON, region=REGION, outcome="retained")]
    async with running(run_kpi, settings), running(run_rules, settings):
        await publish(producer, [customer(), subscription(), *failed])
        await tables.until_count("kpi.inbox WHERE topic = 'dispatch.contact_reported.v1'", len(failed))
        await tables.until_count("warning.subscription", 1)
        await passed(producer, tables, date(2026, 3, 30))
        assert await tables.count("kpi.factors_handed_on") == 0
        await passed(producer, tables, date(2026, 3, 31))
        await tables.until_count("warning.failure_factor", 6)
        await publish(producer, [hotline(at("2026-03-30 10:00")), hotline(at("2026-04-10 10:00"))])
        await tables.until_count("warning.warning", 2)
    async with running(run_kpi, settings):
        await passed(producer, tables, date(2026, 4, 1))

    around = [
        (region, *rest)
        for region in (PROVINCE, CITY, REGION)
        for rest in (("competitor_handset", 9, 10), ("not_said", 1, 10))
    ]
    assert await tables.rows(TOLD) == around
    assert await tables.rows(SAID) == [(at("2026-03-30 10:00"), None), (at("2026-04-10 10:00"), "2026-03")]
    assert await tables.column("SELECT month FROM kpi.factors_handed_on") == ["2026-03"]
    assert await tables.count("warning.inbox WHERE topic = 'reference.failure_factors.v1'") == 6
