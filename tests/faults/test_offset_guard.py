"""The offset guard and the inbox: however often records are delivered, and to however many, each is decided once."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.arrival import Arrival
from shared.db import engine
from shared.runner import Runner
from shared.settings import Settings
from tests.support.effects import Effects, effects, forget, holder, ids, make_table, payment, payments, position
from tests.support.running import record_of, until
from tests.support.tables import Tables

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
async def table(tables: Tables) -> None:
    """Make the table that the effects go to."""
    await make_table(tables)


async def test_records_that_are_delivered_again_have_no_second_effect(settings: Settings, tables: Tables) -> None:
    handle = Effects(forget)
    async with holder(settings, handle) as (runner, _):
        await runner.process(payments(0, 10))
        await runner.process(payments(0, 10))
        await runner.process(payments(5, 15))

    assert await effects(tables) == ids(0, 15)
    assert handle.calls == [ids(0, 10), ids(10, 15)]
    assert await position(tables) == 15


async def test_a_holder_that_was_left_behind_writes_nothing(settings: Settings, tables: Tables) -> None:
    stale, rival = Effects(forget), Effects(forget)
    async with holder(settings, stale) as (left_behind, _), holder(settings, rival) as (successor, _):
        fetched = payments(0, 10)
        await successor.process(payments(0, 20))

        await left_behind.process(fetched)

    assert await effects(tables) == ids(0, 20)
    assert stale.calls == []
    assert await position(tables) == 20


async def test_of_two_holders_of_one_partition_one_decides_each_record(settings: Settings, tables: Tables) -> None:
    one, other = Effects(forget), Effects(forget)

    async with holder(settings, one) as (first, _), holder(settings, other) as (second, _):

        async def deliver_to(runner: Runner) -> None:
            for start in range(0, 200, 10):
                await runner.process(payments(start, start + 10))

        await asyncio.gather(deliver_to(first), deliver_to(second))

    assert await effects(tables) == ids(0, 200)
    assert sorted(one.calls + other.calls, key=lambda batch: int(batch[0][1:])) == [
        ids(start, start + 10) for start in range(0, 200, 10)
    ]


async def test_a_rival_waits_for_the_holder_that_is_deciding(settings: Settings, tables: Tables) -> None:
    deciding, go_on = asyncio.Event(), asyncio.Event()

    async def linger(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
        await forget(tx, arrivals)
        deciding.set()
        await go_on.wait()

    rival = Effects(forget)
    async with holder(settings, Effects(linger)) as (slow, _), holder(settings, rival) as (quick, _):
        slowly = asyncio.ensure_future(slow.process(payments(0, 5)))
        await deciding.wait()
        quickly = asyncio.ensure_future(quick.process(payments(0, 5)))
        await until(lambda: _waits_for_a_lock(tables), what="the rival to wait for the row")
        go_on.set()
        await asyncio.gather(slowly, quickly)

    assert await effects(tables) == ids(0, 5)
    assert rival.calls == []


async def test_a_holder_that_stopped_in_its_transaction_is_overtaken(
    settings: Settings, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.PATIENCE, "idle_in_transaction_session_timeout", "300ms")
    stopped, go_on = asyncio.Event(), asyncio.Event()

    async def stop(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
        stopped.set()
        await go_on.wait()

    zombie = Effects(stop)
    async with holder(settings, zombie) as (slow, _), holder(settings, Effects(forget)) as (quick, _):
        slowly = asyncio.ensure_future(slow.process(payments(0, 5)))
        await stopped.wait()
        await quick.process(payments(0, 7))
        go_on.set()
        await slowly

    # The zombie tried to write, was refused, looked again, and found that nothing was left to decide.
    assert await effects(tables) == ids(0, 7)
    assert zombie.calls == [ids(0, 5)]


async def test_an_event_that_comes_again_in_another_partition_is_known(settings: Settings, tables: Tables) -> None:
    async with holder(settings, Effects()) as (runner, _):
        await asyncio.gather(runner.process(payments(0, 5)), runner.process(payments(0, 5, partition=1)))

    assert sorted(await effects(tables)) == ids(0, 5)
    assert await position(tables, partition=1) == 5


async def test_an_event_that_was_sent_twice_in_a_row_is_decided_once(settings: Settings, tables: Tables) -> None:
    async with holder(settings, Effects()) as (runner, _):
        await runner.process([record_of(payment(name), offset) for offset, name in enumerate("abacb")])

    assert await effects(tables) == ["a", "b", "c"]
    assert await tables.column("SELECT event_id FROM dispatch.inbox ORDER BY arrival") == ["a", "b", "c"]


async def test_ids_are_unique_within_their_topic_only(settings: Settings, tables: Tables) -> None:
    taken = "INSERT INTO dispatch.inbox (topic, event_id, partition, log_offset, occurred_at)"
    await tables.change(f"{taken} VALUES ('billing.bill_issued.v1', 'p0', 0, 0, '2026-03-01')")
    async with holder(settings, Effects()) as (runner, _):
        await runner.process(payments(0, 1))

    assert await effects(tables) == ["p0"]


async def _waits_for_a_lock(tables: Tables) -> bool:
    return await tables.count("pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") > 0
