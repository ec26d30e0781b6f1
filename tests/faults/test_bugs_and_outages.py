"""A bug in one decision buries one record; an outage is waited out in place and skips nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.arrival import Arrival, Record
from shared.db import engine
from shared.letters import Contents, opened
from shared.runner import ATTEMPTS
from shared.sealing import Sealer
from shared.settings import Settings
from tests.support.effects import (
    CONSUMER,
    PAYMENTS,
    Before,
    Effects,
    effects,
    holder,
    ids,
    make_table,
    payments,
    position,
)
from tests.support.running import until
from tests.support.tables import Tables

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
async def table(tables: Tables) -> None:
    """Make the table that the effects go to."""
    await make_table(tables)


async def test_a_record_whose_decision_raises_is_buried_and_holds_up_no_other(
    settings: Settings, tables: Tables
) -> None:
    handle = Effects(_raises_on("p4"))
    async with holder(settings, handle) as (runner, _):
        await runner.process(payments(0, 10))

    assert await effects(tables) == [*ids(0, 4), *ids(5, 10)]
    assert await position(tables) == 10
    assert handle.calls.count(["p4"]) == ATTEMPTS
    letters = await tables.rows("SELECT topic, log_offset, reason, detail, attempt FROM dispatch.dead_letter")
    assert letters == [(PAYMENTS.name, 4, "handler_failed", "ValueError: no such thing as p4", 1)]


async def test_a_buried_record_is_told_and_can_be_opened(settings: Settings, tables: Tables) -> None:
    [poison] = payments(0, 1)
    async with holder(settings, Effects(_raises_on("p0"))) as (runner, _):
        await runner.process([poison])

    sealed = await tables.one("SELECT sealed FROM dispatch.dead_letter")
    contents = opened(Sealer(settings.secret_key.get_secret_value()), sealed)
    assert contents == Contents(poison.key, poison.value, poison.ce_type)
    assert await tables.column("SELECT topic FROM dispatch.outbox") == ["platform.dead_lettered.v1"]


async def test_a_bug_that_passes_buries_nothing(settings: Settings, tables: Tables) -> None:
    async def twice(seen: int) -> None:
        if seen < ATTEMPTS:
            raise ValueError("not yet")

    async with holder(settings, Effects(_each_time(twice))) as (runner, _):
        await runner.process(payments(0, 1))

    assert await effects(tables) == ids(0, 1)
    assert await tables.count("dispatch.dead_letter") == 0


async def test_a_batch_whose_connection_is_cut_is_decided_again(
    settings: Settings, tables: Tables, owner: AsyncEngine
) -> None:
    async def cut_twice(seen: int) -> None:
        if seen <= 2:
            await _cut_connections(owner)

    retries = _retries()
    async with holder(settings, Effects(_each_time(cut_twice))) as (runner, _):
        await runner.process(payments(0, 10))

    assert await effects(tables) == ids(0, 10)
    assert await tables.count("dispatch.dead_letter") == 0
    assert _retries() == retries + 2


async def test_a_batch_waits_for_a_lock_that_others_hold(
    settings: Settings, tables: Tables, owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.PATIENCE, "lock_timeout", "100ms")
    retries = _retries()

    async def tried_twice() -> bool:
        return _retries() >= retries + 2

    async with holder(settings, Effects()) as (runner, _):
        async with owner.begin() as other:
            await other.execute(text("LOCK TABLE dispatch.effect IN ACCESS EXCLUSIVE MODE"))
            waiting = asyncio.ensure_future(runner.process(payments(0, 10)))
            await until(tried_twice, what="the batch to be tried twice")
        await waiting

    assert await effects(tables) == ids(0, 10)
    assert await tables.count("dispatch.dead_letter") == 0


async def test_what_follows_waits_while_the_database_is_away(
    settings: Settings, tables: Tables, owner: AsyncEngine
) -> None:
    async def away(seen: int) -> None:
        if seen <= 4:
            await _cut_connections(owner)

    handle = Effects(_each_time(away))
    async with holder(settings, handle) as (runner, _):
        for start in (0, 10, 20):
            await runner.process(payments(start, start + 10))

    assert await effects(tables) == ids(0, 30)
    assert handle.calls == [*[ids(0, 10)] * 5, ids(10, 20), ids(20, 30)]


async def test_outages_do_not_count_as_bugs(settings: Settings, tables: Tables, owner: AsyncEngine) -> None:
    async def outages_then_a_bug(seen: int) -> None:
        if seen <= ATTEMPTS:
            await _cut_connections(owner)
        elif seen == ATTEMPTS + 1:
            raise ValueError("what an outage left half done")

    async with holder(settings, Effects(_each_time(outages_then_a_bug))) as (runner, _):
        await runner.process(payments(0, 1))

    assert await effects(tables) == ids(0, 1)
    assert await tables.count("dispatch.dead_letter") == 0


async def test_an_outage_does_not_pull_the_brake(settings: Settings, tables: Tables, owner: AsyncEngine) -> None:
    # Thirty unreadable records are far from the hundred that stop a service, however often they are read.
    unreadable = [Record(PAYMENTS.name, 0, offset, None, b"?", None, 0) for offset in range(30)]

    async def away(seen: int) -> None:
        if seen <= 4:
            await _cut_connections(owner)

    async with holder(settings, Effects(_each_time(away))) as (runner, _):
        await runner.process([*unreadable, *payments(30, 40)])

    assert await effects(tables) == ids(30, 40)
    assert await tables.count("dispatch.dead_letter WHERE reason = 'bad_json'") == 30


def _raises_on(name: str) -> Before:
    async def fail(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
        if name in [arrival.event.id for arrival in arrivals]:
            raise ValueError(f"no such thing as {name}")

    return fail


def _each_time(
    act: Callable[[int], Awaitable[None]],
) -> Callable[[AsyncConnection, Sequence[Arrival]], Awaitable[None]]:
    """Return what calls `act` with the number of the try, the first one being 1."""
    tries = 0

    async def before(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
        nonlocal tries
        tries += 1
        await act(tries)

    return before


async def _cut_connections(owner: AsyncEngine) -> None:
    """End every connection of the service that is in the middle of a transaction."""
    async with owner.connect() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'keepline dispatch' AND state = 'idle in transaction'"
            )
        )


def _retries() -> float:
    return REGISTRY.get_sample_value("keepline_retries_total", {"consumer": CONSUMER}) or 0.0
