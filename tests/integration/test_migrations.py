"""Every schema's history goes up, comes down to nothing and goes up again; and the business clock that stands first."""

import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.prepare import prepare_database
from deploy.roster import histories
from shared.clock import system_now
from shared.db import business_clock
from shared.db.engine import connect
from shared.db.migrate import PLATFORM, migrate, revert
from shared.settings import Settings
from tests.conftest import Servers
from tests.support.builders import at
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

SERVICES = {"intake", "warning", "dispatch", "offers", "points", "kpi", "archive"}
OBJECTS = """
SELECT n.nspname || '.' || c.relname || ' ' || c.relkind::text || ' ' || coalesce(string_agg(
    a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull, ',' ORDER BY a.attname), '')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY(:schemas) AND c.relname NOT LIKE 'schema_version%'
GROUP BY n.nspname, c.relname, c.relkind
UNION ALL SELECT schemaname || '.' || tablename || ' policy ' || policyname || ' ' || roles::text || ' '
    || coalesce(qual, '') || coalesce(with_check, '')
FROM pg_policies WHERE schemaname = ANY(:schemas)
UNION ALL SELECT n.nspname || '.' || c.relname || ' may ' || coalesce(c.relacl::text, '')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'v') AND c.relname NOT LIKE 'schema_version%'
UNION ALL SELECT n.nspname || '.' || p.proname || ' function'
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = ANY(:schemas)
"""
"""Tables, views, indexes and sequences with their columns; row policies, grants and functions."""


@pytest.fixture
async def empty(servers: Servers, settings: Settings) -> AsyncIterator[Settings]:
    """Return settings that lead to a database in which nothing was made yet."""
    name = f"empty_{secrets.token_hex(6)}"
    engine = create_async_engine(servers.postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as administrator:
        await administrator.execute(text(f"CREATE DATABASE {name}"))
        yield settings.model_copy(update={"database_url": servers.postgres.url(name)})
        await administrator.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()


async def objects(settings: Settings, schemas: list[str]) -> list[str]:
    """Return what stands in `schemas`, but for Alembic's own tables."""
    engine = create_async_engine(settings.database_url)
    found: list[str] = await Tables(engine).column(OBJECTS, schemas=schemas)
    await engine.dispose()
    return sorted(found)


def all_histories() -> dict[str, Path]:
    """Return every schema's folder of migrations, in the order in which they go up."""
    return {"platform": PLATFORM, **histories()}


async def test_every_history_goes_up_and_down_to_nothing_and_up_again(empty: Settings) -> None:
    folders = all_histories()
    assert set(histories()) == SERVICES
    await migrate(empty.database_url, folders)
    before = {schema: await objects(empty, [schema]) for schema in folders}
    assert all(before.values())
    for schema, folder in reversed(folders.items()):
        await revert(empty.database_url, schema, folder, "base")
        assert await objects(empty, [schema]) == [], schema
    assert await objects(empty, list(folders)) == []
    await migrate(empty.database_url, folders)
    assert {schema: await objects(empty, [schema]) for schema in folders} == before


async def test_each_step_of_a_long_history_can_be_taken_back_and_done_again(empty: Settings) -> None:
    folders = all_histories()
    await migrate(empty.database_url, folders)
    for schema, folder in folders.items():
        steps = len(list(folder.glob("[0-9]*.py")))
        now = await objects(empty, [schema])
        for _ in range(steps - 1):
            await revert(empty.database_url, schema, folder, "-1")
            earlier = await objects(empty, [schema])
            await migrate(empty.database_url, {schema: folder}, "+1")
            assert earlier != now == await objects(empty, [schema]), schema
            await revert(empty.database_url, schema, folder, "-1")
            now = earlier


async def test_preparing_twice_changes_nothing(empty: Settings) -> None:
    await prepare_database(empty)
    before = await objects(empty, list(all_histories()))
    await prepare_database(empty)
    assert await objects(empty, list(all_histories())) == before


@pytest.fixture
async def simulator(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Return the connections that the simulator moves business time by."""
    engine = connect(settings.database_url, "intake", "intake_stream")
    yield engine
    await engine.dispose()


async def test_business_time_is_moved_forward_only(simulator: AsyncEngine) -> None:
    earlier, later = at("2026-03-05 12:00"), at("2026-03-06 12:00")
    async with simulator.begin() as tx:
        assert abs((await business_clock.business_now(tx) - system_now()).total_seconds()) < 60
        for moment in (earlier, earlier, later):
            await business_clock.move(tx, moment)
            assert await business_clock.business_now(tx) == moment
    with pytest.raises(DBAPIError, match="forward only"):
        await moved(simulator, earlier)
    async with simulator.begin() as tx:
        assert await business_clock.simulated_now(tx) == later


async def test_business_time_is_not_moved_where_customers_are_real(simulator: AsyncEngine, tables: Tables) -> None:
    await tables.change("UPDATE platform.deployment SET simulation = false")
    with pytest.raises(DBAPIError, match="not a simulation"):
        await moved(simulator, at("2026-03-05 12:00"))
    assert await tables.count("platform.business_clock") == 0


async def test_no_service_but_intake_moves_business_time(settings: Settings) -> None:
    for service in sorted(SERVICES - {"intake"}):
        engine = connect(settings.database_url, service, f"{service}_stream")
        with pytest.raises(DBAPIError, match="permission denied"):
            await moved(engine, at("2026-03-05 12:00"))
        await engine.dispose()


async def moved(engine: AsyncEngine, moment: datetime) -> None:
    """Move business time in a transaction of its own."""
    async with engine.begin() as tx:
        await business_clock.move(tx, moment)
