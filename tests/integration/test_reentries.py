"""Phones fall silent and new ones take over their circles: found once a day on real tables, whatever is killed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from random import Random

import pytest
from aiokafka import AIOKafkaProducer

from services.warning.storage import day_pieces, reentries
from services.warning.stream import reentries as job
from services.warning.wiring import run_rules, run_usage
from shared.calendar import start_of
from shared.events.day_passed import DayPassed
from shared.events.reentry_found import TOPIC
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.suspension_changed import SuspensionChanged
from shared.events.usage_day import UsageDay
from shared.settings import Settings
from tests.support.builders import at, customer, fresh, subscription
from tests.support.running import begin_now, log_ends, producing, publish, running
from tests.support.tables import Tables
from tests.support.usage import used

pytestmark = pytest.mark.integration

FIRST, BREAK, LAST = date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 20)
PEOPLE = 40
LEAVING, SECOND, SUSPENDED = (3, 11), 20, 27
"""Townsmen who come back under a new number, one who only takes a second, and one whose number is suspended."""
NEW = {f"+861991000{place:04d}": place for place in (*LEAVING, SECOND, SUSPENDED)}
FOUND = "SELECT kind, new_msisdn, old_msisdn, told FROM warning.reentry ORDER BY new_msisdn"
WARNED = (
    "SELECT facts ->> 'msisdn', facts -> 'evidence' ->> 'new_msisdn', level FROM"
    " (SELECT facts, facts ->> 'level' AS level FROM warning.warning WHERE rule_id = 'reentry_number') AS w ORDER BY 1"
)
HIDDEN = [(f"+861991000{place:04d}", f"+861990000{place:04d}") for place in (*LEAVING, SUSPENDED)]


def number(place: int) -> str:
    """Return a townsman's number."""
    return f"+861990000{place:04d}"


def circle_of(place: int) -> list[str]:
    """Return whom a townsman calls, under whichever number."""
    luck = Random(place)
    return [number(each) for each in luck.sample(range(PEOPLE), 3) if each != place] + [
        f"+861881{luck.randrange(200):07d}" for _ in range(4)
    ]


def town() -> list[UsageDay]:
    """Return what everybody did, a call with each of the circle on every other day."""
    told = []
    for place in range(PEOPLE):
        last = BREAK if place in LEAVING else LAST - timedelta(days=2) if place == SUSPENDED else LAST
        told += used_by(number(place), place, FIRST, last)
    for new, place in NEW.items():
        told += used_by(new, place, began(place), LAST)
    return told


def began(place: int) -> date:
    """Return the day on which a townsman's new number began."""
    return LAST - timedelta(days=8) if place == SUSPENDED else BREAK


def used_by(who: str, place: int, since: date, until: date) -> list[UsageDay]:
    """Return the days of a number that calls a townsman's circle."""
    circle = tuple((peer, 1, 60) for peer in circle_of(place))
    days = [since + timedelta(days=back) for back in range((until - since).days)]
    return [used(day, number=who, circle=circle, cells=((f"150102-{place % 9}", 7),)) for day in days[::2]]


def crm() -> list[SubscriptionRecorded]:
    """Return who holds what: townsmen for long, the new numbers since the break and by customers of their own."""
    old = [holding(number(place), "c1", "2025-01-01 10:00") for place in range(PEOPLE)]
    return [*old, *(holding(who, f"c-{who}", f"{began(place)} 00:10", agent_id="a1") for who, place in NEW.items())]


def holding(who: str, customer_id: str, since: str, **fields: object) -> SubscriptionRecorded:
    """Return that a customer holds a number."""
    told = {"subscription_id": f"s{who}", "activated_at": at(since), "occurred_at": at(since)}
    return subscription(who, customer_id, **(told | fields))


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Begin at the present ends of the logs."""
    await begin_now(settings, ["warning"])
    async with producing(settings) as opened:
        yield opened


async def told(producer: AIOKafkaProducer, tables: Tables, days: Sequence[UsageDay]) -> None:
    """Tell who lives there and what they did, and wait until it is kept."""
    records = crm()
    ids = sorted({record.customer_id for record in records})
    await publish(producer, [customer(customer_id=each) for each in ids])
    await publish(producer, records)
    stop = SuspensionChanged(
        id=fresh("stop"),
        occurred_at=at(f"{LAST - timedelta(days=2)} 10:00"),
        msisdn=number(SUSPENDED),
        kind="voluntary",
        action="suspended",
    )
    await publish(producer, [stop, *days])
    await tables.until_count("warning.subscription", PEOPLE + len(NEW))
    await tables.until_count("warning.suspended_number", 1)
    await tables.until_count("warning.usage_day", len(days))


async def passed(producer: AIOKafkaProducer, day: date) -> None:
    """Say that a day is over."""
    midnight = start_of(day + timedelta(days=1))
    await publish(producer, [DayPassed(id=f"day-{day}", occurred_at=midnight, day=day)])


async def published(settings: Settings) -> int:
    """Return how many records there ever were of re-entry numbers."""
    return sum(end for place, end in (await log_ends(settings)).items() if place.topic == TOPIC.name)


async def test_phones_that_fall_silent_are_found_by_who_takes_over_their_circles(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    before = await published(settings)
    async with running(run_usage, settings), running(run_rules, settings):
        await told(producer, tables, town())
        for back in (2, 3, 4):
            await passed(producer, LAST + timedelta(days=back))
        await tables.until_count("warning.reentry_day", 3)
        await tables.until_count("warning.warning WHERE rule_id = 'reentry_number'", len(HIDDEN))

    assert await tables.rows(FOUND) == sorted(
        [("churn_hidden_as_growth", new, old, True) for new, old in HIDDEN]
        + [("second_number", f"+861991000{SECOND:04d}", number(SECOND), True)],
        key=lambda row: row[1],
    )
    assert await tables.rows(WARNED) == [(old, new, "2") for new, old in HIDDEN]
    assert await published(settings) - before == len(HIDDEN) + 1
    assert await tables.count("warning.day_piece WHERE shard IS NULL AND day <= :d", d=LAST) == 0


async def test_a_search_that_is_killed_in_the_middle_is_done_again_and_nothing_is_told_twice(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "TOLD_MAX", 1)
    monkeypatch.setattr(day_pieces, "SORTED_MAX", 3)
    monkeypatch.setattr(day_pieces, "READ_BYTES", 1)
    day, record, calls = LAST + timedelta(days=2), reentries.record, 0
    struck, before = asyncio.Event(), await published(settings)

    async def struck_at_the_third(*arguments: object) -> set[str]:
        nonlocal calls
        calls += 1
        if calls == 3:
            struck.set()
            await asyncio.sleep(3600)
        return await record(*arguments)  # type: ignore[arg-type]

    async with running(run_rules, settings):
        async with running(run_usage, settings):
            await told(producer, tables, town())
            monkeypatch.setattr(reentries, "record", struck_at_the_third)
            await passed(producer, day)
            async with asyncio.timeout(60):
                await struck.wait()
        assert (await tables.count("warning.reentry"), await tables.count("warning.reentry_day")) == (2, 0)
        monkeypatch.setattr(reentries, "record", record)
        async with running(run_usage, settings):
            await tables.until_count("warning.reentry_day", 1)
            await tables.until_count("warning.warning WHERE rule_id = 'reentry_number'", len(HIDDEN))

    assert await tables.rows(WARNED) == [(old, new, "2") for new, old in HIDDEN]
    assert await published(settings) - before == await tables.count("warning.reentry WHERE told") == len(HIDDEN) + 1


async def test_nobody_is_called_about_a_number_that_nobody_holds_any_more(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    async with running(run_usage, settings), running(run_rules, settings):
        await told(producer, tables, town())
        ended = at(f"{BREAK} 12:00")
        gone = holding(number(LEAVING[0]), "c1", "2025-01-01 10:00", occurred_at=ended, ended_at=ended)
        await publish(producer, [gone])
        await tables.until_count("warning.subscription WHERE ended_at IS NOT NULL", 1)
        await passed(producer, LAST + timedelta(days=2))
        await tables.until_count("warning.reentry_day", 1)

    query = "SELECT told FROM warning.reentry WHERE old_msisdn = :n"
    assert await tables.rows(query, n=number(LEAVING[0])) == [(False,)]
    assert await tables.count("warning.waiting_fact") == 0


async def test_days_that_nobody_looks_back_at_are_forgotten(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer
) -> None:
    async with running(run_usage, settings), running(run_rules, settings):
        await publish(producer, used_by(number(1), 1, FIRST, FIRST + timedelta(days=9)))
        await tables.until_count("warning.usage_day", 5)
        for gone, kept in ((72, 5), (74, 4), (100, 0)):
            day = FIRST + timedelta(days=gone)
            await passed(producer, day)
            await tables.until_count(f"warning.due_day WHERE day = '{day}' AND swept_at IS NOT NULL", 1)
            await tables.until_count(f"warning.reentry_day WHERE day = '{day}'", 1)
            assert await tables.one("SELECT count(DISTINCT day) FROM warning.day_piece") == kept
