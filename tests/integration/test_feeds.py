"""Feeds measured as their records arrive: each record once, whatever restarts; asked for over HTTP and by command."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta

import pytest
from aiokafka import AIOKafkaProducer

from services.intake.wiring import feeds_of, run_feeds
from shared.calendar import ZONE, start_of
from shared.clock import system_now
from shared.events.call_detail_record import CallDetailRecord
from shared.events.payment_received import PaymentReceived
from shared.settings import Settings
from tests.support.builders import NUMBER
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

PAYMENTS, CDRS = "billing.payment_received.v1", "network.cdr.v1"
TODAY = system_now().astimezone(ZONE).date()
DAY = TODAY - timedelta(days=3)
OPS = ("ops", "150000")


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Begin at the present ends of the logs."""
    await begin_now(settings, ["intake"])
    async with producing(settings) as opened:
        yield opened


def paid(event_id: str, day: date = DAY, hour: int = 10) -> PaymentReceived:
    """Return a payment."""
    at = start_of(day) + timedelta(hours=hour)
    return PaymentReceived(id=event_id, occurred_at=at, msisdn=NUMBER, amount_fen=100, remaining_fen=0)


def called(sequence: int, day: date = DAY) -> CallDetailRecord:
    """Return a CDR with its number, each of another subscriber."""
    at = start_of(day) + timedelta(hours=12, seconds=sequence)
    return CallDetailRecord(
        id=f"msc-15/{sequence}", occurred_at=at, msisdn=f"+86133{sequence:08d}", service="sms", peer=NUMBER
    )


async def counted(tables: Tables, topic: str, records: int) -> None:
    """Wait until so many records of a topic were counted."""

    async def there() -> bool:
        found = await tables.one("SELECT sum(arrived) FROM intake.feed_hour WHERE topic = :topic", topic=topic)
        return bool(found == records)

    await until(there, what=f"{records} records of {topic}")


async def rubbish(producer: AIOKafkaProducer, count: int) -> None:
    """Send what nobody can read."""
    await asyncio.gather(*[await producer.send(PAYMENTS, key=NUMBER.encode(), value=b"no JSON") for _ in range(count)])


async def test_repeats_refusals_and_gaps_are_counted_once_whatever_restarts(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    numbers = [number for number in range(1, 41) if number not in (7, 8, 30)]
    async with running(run_feeds, settings):
        await publish(producer, [paid("p1"), paid("p2"), paid("p1"), *map(called, numbers)])
        await rubbish(producer, 2)
        await counted(tables, PAYMENTS, 3)
        await counted(tables, CDRS, len(numbers))
    async with running(run_feeds, settings):
        await publish(producer, [paid("p2"), paid("p3"), called(40), called(41, DAY + timedelta(days=1)), called(44)])
        await counted(tables, PAYMENTS, 5)
        await counted(tables, CDRS, len(numbers) + 3)

    told = {each.topic: each for each in await feeds_of(settings, DAY)}
    payments, cdrs = told[PAYMENTS], told[CDRS]
    assert (payments.arrived, payments.looked_at, payments.repeated, payments.missing) == (5, 5, 2, None)
    # Between 41, which came a day later and is not missing here, and 44 two numbers are.
    assert (cdrs.arrived, cdrs.missing, cdrs.jumps) == (len(numbers) + 2, 5, 0)
    assert cdrs.completeness == pytest.approx(38 / 43)
    assert payments.delay_s_max is not None
    assert timedelta(days=2) < timedelta(seconds=payments.delay_s_max) < timedelta(days=4)
    assert {each.refused for each in await feeds_of(settings, None) if each.topic == PAYMENTS} == {2}
    assert await tables.count("intake.dead_letter") == 0, "who decides buries"


async def _past(tables: Tables, each_hour: int, last_arrived: str) -> None:
    """Have it that the feed of payments came steadily for five weeks, and last arrived so long ago."""
    await tables.change(
        "INSERT INTO intake.feed_hour SELECT :topic, hour, :arrived FROM generate_series("
        " date_trunc('hour', clock_timestamp()) - interval '35 days',"
        f" date_trunc('hour', clock_timestamp() - interval '{last_arrived}'), interval '1 hour') AS hour",
        topic=PAYMENTS,
        arrived=each_hour,
    )
    await tables.change(
        "INSERT INTO intake.feed_day (topic, day, last_arrived_at)"
        f" VALUES (:topic, current_date, clock_timestamp() - interval '{last_arrived}')",
        topic=PAYMENTS,
    )


async def test_a_feed_that_falls_silent_is_seen_without_any_event(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, issuer: Issuer
) -> None:
    await _past(tables, each_hour=50, last_arrived="5 hours")
    async with running(run_feeds, settings) as client:

        async def silent() -> bool:
            return _gauge((await client.get("/metrics")).text, PAYMENTS) > 4 * 3_600

        await until(silent, what="the gauge of silence")
        shown = await client.get("/feeds", headers=issuer.bearer("olga", *OPS))
        assert {each["topic"]: each["silent_s"] > 4 * 3_600 for each in shown.json()}[PAYMENTS]
        await publish(producer, [paid("now", TODAY, 0)])

        async def speaks() -> bool:
            return _gauge((await client.get("/metrics")).text, PAYMENTS) == 0

        await until(speaks, what="the gauge to hear it speak")


def _gauge(exposed: str, topic: str) -> float:
    told = [
        line for line in exposed.splitlines() if line.startswith(f'keepline_feed_silent_seconds{{topic="{topic}"}}')
    ]
    return float(told[0].rpartition(" ")[2]) if told else -1.0


async def test_who_may_see_feeds_and_of_which_day(
    settings: Settings, producer: AIOKafkaProducer, issuer: Issuer
) -> None:
    async with running(run_feeds, settings) as client:

        async def ask(who: Sequence[str], **query: str) -> tuple[int, str]:
            answer = await client.get("/feeds", params=query, headers=issuer.bearer("olga", *who))
            return answer.status_code, answer.headers["content-type"]

        assert await ask(OPS, day="2026-03-05") == (200, "application/json")
        assert await ask(("phone_manager", "150000")) == (403, "application/problem+json")
        assert await ask(OPS, day="yesterday") == (422, "application/problem+json")
        assert (await client.get("/feeds")).status_code == 401
