"""Migrations: one Alembic history for each schema, applied by the owner of the database before a service starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

PLATFORM = Path(__file__).parent / "platform_migrations"


async def migrate(url: str, histories: dict[str, Path], revision: str = "heads") -> None:
    """Bring each schema of `histories` to `revision`, in their order, in a transaction each.

    Raises:
        sqlalchemy.exc.DBAPIError: a statement failed; the schema stays as it was.
    """
    engine = create_async_engine(url)
    try:
        for schema, folder in histories.items():
            async with engine.begin() as tx:
                await tx.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
                await tx.run_sync(_upgrade, schema, folder, revision)
    finally:
        await engine.dispose()


async def revert(url: str, schema: str, folder: Path, revision: str) -> None:
    """Take `schema` back to `revision`; `base` leaves it empty."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as tx:
            await tx.run_sync(lambda connection: command.downgrade(_config(connection, schema, folder), revision))
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, schema: str, folder: Path, revision: str) -> None:
    command.upgrade(_config(connection, schema, folder), revision)


def _config(connection: Connection, schema: str, folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, schema=schema)
    return config
