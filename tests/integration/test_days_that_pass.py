"""Rules that wait for a day hear that it is over, once, of living subscriptions; rules hear of newer numbers."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from services.warning.wiring import run_rules
from shared.events.agreement_recorded import AgreementRecorded
from shared.events.day_passed import DayPassed
from shared.events.suspension_changed import SuspensionChanged
from shared.settings import Settings
from tests.support.builders import NUMBER, at, customer, fresh, subscription
from tests.support.running import begin_now, producing, publish, running
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

OTHER = "+8613300000002"
WARNED = (
    "SELECT rule_id, facts -> 'evidence' ->> 'stage', raised_at FROM warning.warning ORDER BY raised_at, warning_id"
)
DUE = "SELECT due_on FROM warning.memory WHERE due_on IS NOT NULL ORDER BY due_on"


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Begin at the present ends of the logs, with a customer and a number."""
    await begin_now(settings, ["warning"])
    async with producing(settings) as opened:
        await publish(opened, [customer(), subscription()])
        yield opened


def agreement(ends_on: date, msisdn: str = NUMBER) -> AgreementRecorded:
    """Return an agreement that was recorded at the beginning of the year."""
    return AgreementRecorded(
        id=fresh("agreement"),
        occurred_at=at("2026-01-02 10:00"),
        msisdn=msisdn,
        agreement_id=f"a-{msisdn}",
        kind="package",
        name="tianyi_129",
        begins_on=date(2025, 1, 1),
        ends_on=ends_on,
    )


async def passed(producer: AIOKafkaProducer, tables: Tables, day: date) -> None:
    """Say that `day` is over, and wait until the sweep has done what was due."""
    await publish(producer, [DayPassed(id=f"day-{day}", occurred_at=after(day), day=day)])
    await tables.until_count(f"warning.due_day WHERE day = '{day}' AND swept_at IS NOT NULL", 1)


def after(day: date) -> datetime:
    """Return the midnight after `day`."""
    return at(f"{day + timedelta(days=1)} 00:00")


async def test_an_agreements_end_is_said_when_its_days_are_over(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    near, last = date(2026, 5, 1), date(2026, 5, 31)
    async with running(run_rules, settings):
        await publish(producer, [agreement(last)])
        await tables.until_count("warning.memory WHERE owner = 'agreement_end'", 1)
        await passed(producer, tables, date(2026, 4, 30))
        assert (await tables.rows(WARNED), await tables.rows(DUE)) == ([], [(near,)])
        await passed(producer, tables, near)
        assert await tables.rows(DUE) == [(last,)]
    async with running(run_rules, settings):
        # Three days too late, as after an outage: what was due is said as of the day that was told.
        await passed(producer, tables, date(2026, 6, 3))
        await passed(producer, tables, date(2026, 6, 4))

    assert await tables.rows(WARNED) == [
        ("agreement_end", "ending", after(near)),
        ("agreement_end", "ended", after(date(2026, 6, 3))),
    ]
    assert await tables.rows(DUE) == []


async def test_nothing_is_asked_of_a_subscription_that_has_ended(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    async with running(run_rules, settings):
        await publish(producer, [agreement(date(2026, 5, 31))])
        await tables.until_count("warning.memory WHERE due_on IS NOT NULL", 1)
        await publish(producer, [subscription(occurred_at=at("2026-03-01 10:00"), ended_at=at("2026-03-01 10:00"))])
        await tables.until_count("warning.subscription WHERE ended_at IS NOT NULL", 1)
        await passed(producer, tables, date(2026, 5, 31))

    assert (await tables.rows(WARNED), await tables.rows(DUE)) == ([], [])


@pytest.mark.parametrize("older_first", [True, False])
async def test_the_older_number_is_told_of_the_newer(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, older_first: bool
) -> None:
    records: list[Any] = [
        subscription(occurred_at=at("2026-01-01 10:00")),
        subscription(OTHER, activated_at=at("2026-03-01 10:00"), occurred_at=at("2026-03-01 10:00")),
    ]
    given_up: dict[str, Any] = {"kind": "voluntary", "action": "suspended", "msisdn": NUMBER}
    async with running(run_rules, settings):
        await tables.until_count("warning.subscription", 1)
        for record in records if older_first else records[::-1]:
            await publish(producer, [record])
            await tables.until_count(f"warning.inbox WHERE event_id = '{record.id}'", 1)
        await publish(producer, [SuspensionChanged(id=fresh("stop"), occurred_at=at("2026-03-09 10:00"), **given_up)])
        await tables.until_count("warning.warning", 2)

    switched = "SELECT msisdn FROM (SELECT facts ->> 'msisdn' AS msisdn, rule_id FROM warning.warning) AS w"
    assert await tables.rows(f"{switched} WHERE rule_id = 'internal_switch'") == [(NUMBER,)]
