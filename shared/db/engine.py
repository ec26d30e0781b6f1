"""Connections that know their role, their schema and their patience before the first statement."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

PATIENCE = {
    # A stopped worker keeps its row locks: the database must let go of it before Kafka's session ends.
    "idle_in_transaction_session_timeout": "5s",
    "lock_timeout": "4s",
    "statement_timeout": "30s",
}


def connect(url: str, schema: str, role: str | None = None, pool_size: int = 5) -> AsyncEngine:
    """Return an engine whose connections act as `role` (None: as the login) and read `schema` first."""
    session = {
        **PATIENCE,
        "search_path": f"{schema}, platform, public",
        "application_name": f"keepline {schema}",
        "timezone": "UTC",
        "jit": "off",
    }
    if role:
        session["role"] = role
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"server_settings": session, "timeout": 10},
    )


@asynccontextmanager
async def scoped(engine: AsyncEngine, claims: dict[str, str]) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that row-level security sees as a person with these claims.

    Each claim becomes the setting `app.<name>` for this transaction only, so that nothing leaks through the pool.
    """
    async with engine.begin() as tx:
        for name, value in claims.items():
            await tx.execute(text("SELECT set_config(:name, :value, true)"), {"name": f"app.{name}", "value": value})
        yield tx
