"""What a transaction says is published if and only if it commits, in the order of each key, at least once."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import outbox
from shared.db.engine import connect
from shared.db.plumbing import SHARDS
from shared.events.customer_recorded import CustomerRecorded
from shared.relay import Relay
from shared.settings import Settings
from tests.support.builders import customer
from tests.support.effects import Effects, consuming, effects, make_table, payment
from tests.support.running import begin_now, task_running, until
from tests.support.said import Marks, records, said
from tests.support.tables import Tables

pytestmark = pytest.mark.faults

KEYS = [f"c{number}" for number in range(40)]


@pytest.fixture
async def marks(settings: Settings) -> Marks:
    """Return where the logs end before the test."""
    return await begin_now(settings, ["dispatch"])


@pytest.fixture
async def stream(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Return connections as the service decides with."""
    engine = connect(settings.database_url, "dispatch", "dispatch_stream")
    yield engine
    await engine.dispose()


async def test_each_key_keeps_its_order(settings: Settings, tables: Tables, marks: Marks, stream: AsyncEngine) -> None:
    async with _relaying(settings, stream) as publisher:
        for turn in range(20):
            async with stream.begin() as tx:
                await outbox.put(tx, _told(KEYS, turn))
            publisher.wake()
        await tables.until_count("dispatch.outbox", 0)

    assert _by_key(await said(settings, marks, CustomerRecorded)) == {key: list(range(20)) for key in KEYS}


async def test_what_was_taken_back_is_not_said(
    settings: Settings, tables: Tables, marks: Marks, stream: AsyncEngine
) -> None:
    async with _relaying(settings, stream) as publisher:
        async with stream.connect() as tx:
            await outbox.put(tx, [customer("taken back")])
            await tx.rollback()
        async with stream.begin() as tx:
            await outbox.put(tx, [customer("kept")])
        publisher.wake()
        await tables.until_count("dispatch.outbox", 0)

    assert [event.customer_id for event in await said(settings, marks, CustomerRecorded)] == ["kept"]


async def test_what_was_published_before_a_crash_comes_again_and_counts_once(
    settings: Settings, tables: Tables, marks: Marks, stream: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_table(tables)
    crashes = _crash_before_deleting(monkeypatch, times=1)
    async with stream.begin() as tx:
        await outbox.put(tx, [payment("a"), payment("b")])

    async with consuming(settings, Effects()):
        async with _relaying(settings, stream):
            await tables.until_count("dispatch.outbox", 0)
        published = await records(settings, marks, "billing.payment_received.v1")
        await _until_decided(tables, published[-1].offset + 1)

    assert crashes == [2]
    assert [dict(record.headers)["ce_id"] for record in published] == [b"a", b"b", b"a", b"b"]
    assert published[0].value == published[2].value
    assert await effects(tables) == ["a", "b"]


async def test_what_a_crashed_process_left_is_found_without_being_called(
    settings: Settings, tables: Tables, marks: Marks, stream: AsyncEngine
) -> None:
    async with _relaying(settings, stream):
        await _until_locked(tables, SHARDS)
        async with stream.begin() as tx:
            await outbox.put(tx, [customer("c1")])
        await tables.until_count("dispatch.outbox", 0)

    assert [event.customer_id for event in await said(settings, marks, CustomerRecorded)] == ["c1"]


async def test_two_relays_share_the_shards_and_one_takes_over_the_others(
    settings: Settings, tables: Tables, marks: Marks, stream: AsyncEngine
) -> None:
    async with _relaying(settings, stream) as survivor:
        other = connect(settings.database_url, "dispatch", "dispatch_stream")
        async with _relaying(settings, other) as mortal:
            await _until_locked(tables, SHARDS)
            await _say(stream, range(10), (survivor, mortal))
            await tables.until_count("dispatch.outbox", 0)
        # The other's connections are still open: it has given its shards back all the same.
        await _say(stream, range(10, 20), (survivor,))
        await tables.until_count("dispatch.outbox", 0)
        await other.dispose()

    # Each event once: no shard was ever published by two.
    assert _by_key(await said(settings, marks, CustomerRecorded)) == {key: list(range(20)) for key in KEYS}


async def test_what_one_process_says_is_published_at_once_by_the_one_that_holds_its_shard(
    settings: Settings, tables: Tables, marks: Marks, stream: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.POLL_S", 600.0)
    async with _relaying(settings, stream):
        await _until_locked(tables, SHARDS)
        async with _relaying(settings, stream) as without_shards:
            async with stream.begin() as tx:
                await outbox.put(tx, _told(KEYS, 0))
            without_shards.wake()
            await tables.until_count("dispatch.outbox", 0)
    assert _by_key(await said(settings, marks, CustomerRecorded)) == {key: [0] for key in KEYS}


async def test_shards_are_held_by_one_connection_at_a_time(stream: AsyncEngine) -> None:
    async with stream.connect() as one, stream.connect() as other:
        held = await outbox.lock_shards(one, "dispatch"), await outbox.lock_shards(other, "dispatch")
        foreign = await outbox.lock_shards(other, "points")

    assert held == (list(range(SHARDS)), [])
    assert foreign == list(range(SHARDS))


async def _say(engine: AsyncEngine, turns: Iterable[int], relays: Sequence[Relay]) -> None:
    for turn in turns:
        async with engine.begin() as tx:
            await outbox.put(tx, _told(KEYS, turn))
        for each in relays:
            each.wake()


def _told(keys: Iterable[str], turn: int) -> list[CustomerRecorded]:
    return [customer(key, stars=turn) for key in keys]


def _by_key(events: Sequence[CustomerRecorded]) -> dict[str, list[int]]:
    turns: dict[str, list[int]] = defaultdict(list)
    for event in events:
        turns[event.customer_id].append(event.stars)
    return turns


@asynccontextmanager
async def _relaying(settings: Settings, engine: AsyncEngine) -> AsyncIterator[Relay]:
    publisher = Relay(engine, "dispatch", settings)
    async with task_running(publisher.run) as task:
        yield publisher
        assert not task.done(), "a relay goes on until it is stopped"


async def _until_locked(tables: Tables, shards: int) -> None:
    await tables.until_count(
        "pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        shards,
    )


def _crash_before_deleting(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Let the connection break between the broker's acknowledgement and the deletion; return how much was left."""
    crashes: list[int] = []
    delete = outbox.delete

    async def crash(tx: AsyncConnection, published: Sequence[int]) -> None:
        if len(crashes) < times:
            crashes.append(len(published))
            raise ConnectionResetError("the database went away")
        await delete(tx, published)

    monkeypatch.setattr(outbox, "delete", crash)
    return crashes


async def _until_decided(tables: Tables, offset: int) -> None:
    async def decided() -> bool:
        where = "topic = 'billing.payment_received.v1' AND next_offset >= :offset"
        return await tables.count(f"dispatch.consumer_offset WHERE {where}", offset=offset) > 0

    await until(decided, what="both copies to be decided")
