"""Two thousand records that nobody can read, among others: each is buried with its reason, and no other is held up.

The same bytes go to two services at once, one on the plain consumer and one on Faust.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from services.dispatch.wiring import run as run_dispatch
from services.points.wiring import run as run_points
from services.warning.wiring import run_rules
from shared import codec
from shared.catalogue import topic_of
from shared.codec import CE_TYPE
from shared.letters import KEPT_BYTES_MAX, opened
from shared.sealing import Sealer
from shared.settings import Settings
from shared.topic import Event
from tests.support.builders import bill, customer, subscription
from tests.support.malformed import PLANTED, Malformed, malformed
from tests.support.running import Run, begin_now, halting, producing, publish, running
from tests.support.said import records
from tests.support.tables import Tables

pytestmark = pytest.mark.faults

SEED = 7
BAD, GOOD = 2_000, 3_000
SERVICES: dict[str, Run] = {"dispatch": run_dispatch, "warning": run_rules}
Place = tuple[str, int, int]
"""Topic, partition and offset."""


async def test_two_thousand_malformed_records_are_buried_each_with_its_reason(
    settings: Settings, tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    marks = await begin_now(settings, list(SERVICES))
    bad, good = malformed(BAD, SEED), _good_events()

    async with AsyncExitStack() as held:
        producer = await held.enter_async_context(producing(settings))
        places = await _publish_mixed(producer, good, bad)
        clients = [await held.enter_async_context(running(run, settings)) for run in SERVICES.values()]
        for service in SERVICES:
            await _until_decided(tables, service, GOOD)
            await tables.until_count(f"{service}.outbox", 0)
        ready = [(await client.get("/ready")).status_code for client in clients]
        metrics = (await clients[0].get("/metrics")).text

    for service in SERVICES:
        assert await _reasons(tables, service) == {place: each.reason for place, each in places.items()}
    assert await _kept(tables) == [GOOD // 3] * 5
    assert ready == [200, 200]

    letters = await records(settings, marks, "platform.dead_lettered.v1")
    assert Counter(record.key for record in letters) == {b"dispatch": BAD, b"warning": BAD}
    assert not [record for record in letters if PLANTED.encode() in (record.value or b"")]
    for service in SERVICES:
        assert await tables.count(f"{service}.dead_letter AS letter WHERE letter::text LIKE '%{PLANTED}%'") == 0
    assert PLANTED not in metrics
    assert PLANTED not in capsys.readouterr().out
    await _check_seals(settings, tables, places)


@pytest.mark.parametrize("run", [run_points, run_rules], ids=["plain consumer", "faust"])
async def test_a_flood_of_malformed_records_stops_the_service_and_it_says_so(
    run: Run, settings: Settings, tables: Tables
) -> None:
    flood = [Malformed("crm.customer.v1", None, b'{"renamed": 1}', codec.Reason.SCHEMA) for _ in range(400)]
    await begin_now(settings, ["points", "warning"])
    schema = "points" if run is run_points else "warning"

    async with producing(settings) as producer:
        await _publish_mixed(producer, [], flood)
        async with halting(run, settings) as (client, why):
            answers = {path: (await client.get(path)).status_code for path in ("/live", "/ready")}
            kept = await tables.count(f"{schema}.dead_letter")
            await publish(producer, _good_events()[:3])
            still = (await client.get("/progress")).json()

    assert "records within a minute were refused; nothing of the last batch was kept" in why
    assert why.endswith("See `./keepline dead-letters list`, mend, start again")
    assert answers == {"/live": 200, "/ready": 503}
    assert kept < 400
    assert still["halted"] == why
    assert await tables.count(f"{schema}.customer" if schema == "warning" else "points.member") == 0


def _good_events() -> list[Event]:
    numbers = [f"+8613300{index:06d}" for index in range(GOOD // 3)]
    return [
        event
        for index, number in enumerate(numbers)
        for event in (
            customer(f"c{index}"),
            subscription(number, f"c{index}", subscription_id=f"s{index}"),
            bill("2026-02", 90, number),
        )
    ]


async def _publish_mixed(
    producer: AIOKafkaProducer, good: Sequence[Event], bad: Sequence[Malformed]
) -> dict[Place, Malformed]:
    """Publish both in a random order, some good ones first to hold off the brake; return where the bad ones stand."""
    first, rest = good[:300], good[300:]
    await publish(producer, first)
    mixed: list[Event | Malformed] = [*rest, *bad]
    Random(SEED).shuffle(mixed)
    places: dict[Place, Malformed] = {}
    for start in range(0, len(mixed), 500):
        sent = [(each, await _send(producer, each)) for each in mixed[start : start + 500]]
        for each, acknowledged in sent:
            stored = await acknowledged
            if isinstance(each, Malformed):
                places[stored.topic, stored.partition, stored.offset] = each
    return places


async def _send(producer: AIOKafkaProducer, each: Event | Malformed) -> "asyncio.Future[Any]":
    """Send one record, good or bad, and return what its acknowledgement will tell."""
    if isinstance(each, Malformed):
        headers = [(CE_TYPE, each.ce_type.encode())] if each.ce_type is not None else []
        bad: asyncio.Future[Any] = await producer.send(each.topic, key=each.key, value=each.value, headers=headers)
        return bad
    topic = topic_of(type(each))
    good: asyncio.Future[Any] = await producer.send(
        topic.name, key=topic.key_of(each).encode(), value=codec.encode(each)
    )
    return good


async def _until_decided(tables: Tables, service: str, good: int) -> None:
    await tables.until_count(f"{service}.inbox", good)
    await tables.until_count(f"{service}.dead_letter", BAD)


async def _reasons(tables: Tables, service: str) -> dict[Place, str]:
    rows = await tables.rows(f"SELECT topic, partition, log_offset, reason FROM {service}.dead_letter")
    return {(topic, partition, offset): reason for topic, partition, offset, reason in rows}


async def _kept(tables: Tables) -> list[int]:
    """Return how much of the good events each table of facts holds."""
    kept = ("dispatch.customer", "dispatch.subscription", "dispatch.bill", "warning.customer", "warning.subscription")
    return [await tables.count(table) for table in kept]


async def _check_seals(settings: Settings, tables: Tables, places: dict[Place, Malformed]) -> None:
    """Open every letter of one service: it holds what was sent, blobs aside."""
    sealer = Sealer(settings.secret_key.get_secret_value())
    for topic, partition, offset, sealed in await tables.rows(
        "SELECT topic, partition, log_offset, sealed FROM dispatch.dead_letter"
    ):
        sent, found = places[topic, partition, offset], opened(sealer, sealed)
        small = sent.value if len(sent.value or b"") <= KEPT_BYTES_MAX else None
        assert (found.key, found.value, found.ce_type) == (sent.key, small, sent.ce_type)
