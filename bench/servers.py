"""A broker and a database server for one benchmark, in a folder of their own that is gone afterwards."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local import kafka, postgres
from deploy.local.folders import CHECKOUT
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.postgres import Postgres
from deploy.prepare import prepare_database
from shared.kafka.topics import create_topics
from shared.sealing import new_key
from shared.settings import Settings

TEMPLATE = "template_keepline"
PARTITIONS = 4
"""As many as the platform on one machine uses."""


@dataclass(frozen=True, slots=True)
class Servers:
    """The benchmark's broker and database server."""

    home: Path
    kafka: Kafka
    postgres: Postgres

    def settings(self, database: str) -> Settings:
        """Return the settings that lead to `database`."""
        return Settings(
            environment="development",
            kafka=self.kafka.bootstrap,
            partitions_max=PARTITIONS,
            database_url=self.postgres.url(database),
            secret_key=SecretStr(new_key()),
            http_port=free_ports(1)[0],
        )

    async def new_database(self, name: str) -> Settings:
        """Make a migrated database without any rows, and return the settings that lead to it."""
        await self.administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.settings(name)

    async def administer(self, statement: str) -> None:
        """Run a statement that no transaction may hold."""
        engine = create_async_engine(self.postgres.url("postgres"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    async def ask(self, database: str, query: str) -> object:
        """Return the one value that `query` asks `database` for."""
        engine = create_async_engine(self.postgres.url(database))
        async with engine.connect() as connection:
            found = (await connection.execute(text(query))).scalar_one()
        await engine.dispose()
        return found


def environment(settings: Settings) -> dict[str, str]:
    """Return `settings` as a process reads them."""
    told = settings.model_dump(include={"environment", "kafka", "partitions_max", "database_url", "http_port"})
    told["secret_key"] = settings.secret_key.get_secret_value()
    return {f"KEEPLINE_{name.upper()}": str(value) for name, value in told.items()} | {"PYTHONPATH": str(CHECKOUT)}


@asynccontextmanager
async def servers(console: Console) -> AsyncIterator[Servers]:
    """Start both, with topics made and a migrated template, and stop them at the end whatever happens."""
    kafka.fetch(console)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="keepline-bench-", ignore_cleanup_errors=True))
        home, (port, controller_port, database_port) = Path(folder), free_ports(3)
        logs = home / "logs"
        logs.mkdir()
        place = kafka.Place(home=home, logs=logs, port=port, controller_port=controller_port)
        broker = await kafka.start(place, _nothing)
        stack.push_async_callback(broker.child.stop)
        database = await postgres.start(home, logs, database_port, secrets.token_urlsafe(8), _nothing)
        stack.push_async_callback(database.child.stop)
        started = Servers(home, broker, database)
        await _prepare(started)
        yield started


async def _prepare(started: Servers) -> None:
    await started.administer(f"CREATE DATABASE {TEMPLATE}")
    settings = started.settings(TEMPLATE)
    await create_topics(settings)
    await prepare_database(settings)


def _nothing() -> None:
    """Nobody follows these processes."""
