"""`python -m deploy.prepare`: topics and schemas, made or brought up to date before any service starts.

It runs as the owner of the database; the services run as roles that own nothing.
"""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.roster import histories
from shared import log
from shared.db.migrate import PLATFORM, migrate
from shared.kafka.topics import create_topics
from shared.settings import Settings

logger = log.get(__name__)


async def prepare_database(settings: Settings) -> None:
    """Migrate every schema, and write down what kind of deployment this is."""
    await migrate(settings.database_url, {"platform": PLATFORM, **histories()})
    engine = create_async_engine(settings.database_url)
    async with engine.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO platform.deployment (environment, simulation) VALUES (:environment, :simulation)"
                " ON CONFLICT (single) DO UPDATE"
                " SET environment = excluded.environment, simulation = excluded.simulation"
            ),
            {"environment": settings.environment, "simulation": settings.simulation},
        )
    await engine.dispose()


async def prepare(settings: Settings) -> None:
    """Prepare broker and database."""
    made = await create_topics(settings)
    await prepare_database(settings)
    logger.info("prepared", topics_made=len(made))


if __name__ == "__main__":
    log.configure("prepare")
    asyncio.run(prepare(Settings()))
