"""One broker and one database server for a run; a database of its own, from a template, for each test that asks."""

import gc
import secrets
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.local.ports import free_ports
from deploy.prepare import prepare_database
from shared.kafka.topics import create_topics
from shared.sealing import new_key
from shared.settings import Settings
from tests.support.backends import STARTS, Broker, Database, chosen, missing
from tests.support.data import SHARED_DATA
from tests.support.issuer import Issuer, issuing
from tests.support.tables import Tables

TEMPLATE = "template_keepline"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a report without the garbage collector: the greenlets that it ends upset Python 3.11's parser of sources."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real records, which is no part of the project."""
    if not SHARED_DATA.exists():
        pytest.skip(f"needs the real records in {SHARED_DATA.name}/ beside the checkout")
    return SHARED_DATA


@dataclass(frozen=True, slots=True)
class Servers:
    """The broker and the database server of this run."""

    kafka: Broker
    postgres: Database

    def settings(self, database: str, **more: Any) -> Settings:
        """Return the settings that lead to `database`."""
        return Settings(
            environment="development",
            simulation=True,
            kafka=self.kafka.bootstrap,
            partitions_max=2,
            database_url=self.postgres.url(database),
            secret_key=SecretStr(new_key()),
            session_timeout_ms=6_000,
            http_port=free_ports(1)[0],
            **more,
        )


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Start a broker and a database server, with topics made and a migrated template."""
    backend = chosen()
    if why := missing(backend):
        pytest.skip(why)
    async with STARTS[backend](tmp_path_factory.mktemp("servers")) as found:
        started = Servers(found.kafka, found.postgres)
        # A database a test is many files; no test takes the machine's power away, and what the system holds is enough
        # for a server that is killed.
        await _administer(started.postgres, "ALTER SYSTEM SET fsync = off")
        await _administer(started.postgres, "SELECT pg_reload_conf()")
        await _administer(started.postgres, f"CREATE DATABASE {TEMPLATE}")
        settings = started.settings(TEMPLATE)
        await create_topics(settings)
        await prepare_database(settings)
        yield started


@pytest.fixture(scope="session")
async def issuer() -> AsyncIterator[Issuer]:
    """Return the issuer whose tokens the services of this run believe."""
    async with issuing() as found:
        yield found


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[str]:
    """Make a migrated database for one test."""
    name = f"test_{secrets.token_hex(6)}"
    await _administer(servers.postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield name
    await _administer(servers.postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(servers: Servers, database: str, issuer: Issuer, tmp_path: Path) -> Settings:
    """Return settings for one test's database."""
    return servers.settings(database, archive_dir=str(tmp_path / "archive"), issuer=issuer.url)


@pytest.fixture
async def owner(servers: Servers, database: str) -> AsyncIterator[AsyncEngine]:
    """Return an engine that acts as the owner of everything, for looking into a test's database."""
    engine = create_async_engine(servers.postgres.url(database))
    yield engine
    await engine.dispose()


@pytest.fixture
def tables(owner: AsyncEngine) -> Tables:
    """Return a look into all tables of the test's database."""
    return Tables(owner)


async def _administer(server: Database, statement: str) -> None:
    engine = create_async_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
