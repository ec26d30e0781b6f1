"""The policy book of a service, read from its table and followed while the process runs."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import metrics
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

    def __init__(self, engine: AsyncEngine, service: str) -> None:
        self._engine = engine
        self._service = service
        self._following = Steadily(self.refresh, FOLLOW_S)
        self.book = PolicyBook()

    async def refresh(self) -> None:
        """Read the book again if a version was added."""
        async with self._engine.connect() as tx:
            # Rows are only added, so their count tells of each; the highest number would hide one that was committed
            # after a higher one.
            count = (await tx.execute(text("SELECT count(*) FROM policy"))).scalar_one()
            if count != len(self.book.versions):
                self.book = await read(tx)
        newest = max((version.version for version in self.book.versions), default=0)
        metrics.POLICY_VERSION.labels(self._service).set(newest)

    async def follow(self) -> None:
        """Keep the book fresh until cancelled."""
        await self._following.run()

    def wake(self) -> None:
        """Look now: something was added here."""
        self._following.wake()
