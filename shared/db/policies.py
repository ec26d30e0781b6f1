"""The policy book of a service, read from its table and followed while the process runs."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.policy import PolicyBook, PolicyVersion
from shared.steady import Steadily

FOLLOW_S = 2.0
"""A change is in force at the earliest 10 s after its approval; each process must know it by then."""


async def read(tx: AsyncConnection) -> PolicyBook:
    """Return all versions that the service's table holds."""
    rows = await tx.execute(text("SELECT version, name, scope, effective_from, fields FROM policy ORDER BY version"))
    return PolicyBook(
        tuple(
            PolicyVersion(
                name=row.name,
                version=row.version,
                scope=row.scope,
                effective_from=row.effective_from,
                fields=row.fields,
            )
            for row in rows
        )
    )


class Policies:
    """The book as it stands now; `follow` keeps it fresh."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.book = PolicyBook()

    async def refresh(self) -> None:
        """Read the book again if a version was added."""
        async with self._engine.connect() as tx:
            newest = (await tx.execute(text("SELECT coalesce(max(version), 0) FROM policy"))).scalar_one()
            if newest != max((version.version for version in self.book.versions), default=0):
                self.book = await read(tx)

    async def follow(self) -> None:
        """Keep the book fresh until cancelled."""
        await Steadily(self.refresh, FOLLOW_S).run()
