"""One broker and one database server for a run; a database of its own, from a template, for each test that asks."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.local import kafka, postgres
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.postgres import Postgres
from deploy.prepare import prepare_database
from shared.kafka.topics import create_topics
from shared.sealing import new_key
from shared.settings import Settings
from tests.support.data import SHARED_DATA

TEMPLATE = "template_keepline"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real records, which is no part of the project."""
    if not SHARED_DATA.exists():
        pytest.skip(f"needs the real records in {SHARED_DATA.name}/ beside the checkout")
    return SHARED_DATA


@dataclass(frozen=True, slots=True)
class Servers:
    """The broker and the database server of this run."""

    kafka: Kafka
    postgres: Postgres

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
    home = tmp_path_factory.mktemp("servers")
    logs = home / "logs"
    logs.mkdir()
    ports = free_ports(3)
    kafka.fetch(Console(stderr=True))
    broker = await kafka.start(kafka.Place(home=home, logs=logs, port=ports[0], controller_port=ports[1]), _nothing)
    server = await postgres.start(home, logs, ports[2], secrets.token_urlsafe(8), _nothing)
    started = Servers(broker, server)
    await _administer(server, f"CREATE DATABASE {TEMPLATE}")
    settings = started.settings(TEMPLATE)
    await create_topics(settings)
    await prepare_database(settings)
    yield started
    await server.child.stop()
    await broker.child.stop()


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[str]:
    """Make a migrated database for one test."""
    name = f"test_{secrets.token_hex(6)}"
    await _administer(servers.postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield name
    await _administer(servers.postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(servers: Servers, database: str, tmp_path: Path) -> Settings:
    """Return settings for one test's database."""
    return servers.settings(database, archive_dir=str(tmp_path / "archive"))


@pytest.fixture
async def owner(servers: Servers, database: str) -> AsyncIterator[AsyncEngine]:
    """Return an engine that acts as the owner of everything, for looking into a test's database."""
    engine = create_async_engine(servers.postgres.url(database))
    yield engine
    await engine.dispose()


async def _administer(server: Postgres, statement: str) -> None:
    engine = create_async_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _nothing() -> None:
    """Nobody follows these processes."""
