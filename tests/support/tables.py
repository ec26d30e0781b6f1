"""Looking into a test's database, as the owner of everything."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.running import until


class Tables:
    """All tables of one database."""

    def __init__(self, owner: AsyncEngine) -> None:
        self._owner = owner

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return what `query` finds."""
        async with self._owner.connect() as tx:
            return [tuple(row) for row in await tx.execute(text(query), values)]

    async def column(self, query: str, **values: Any) -> list[Any]:
        """Return the one column that `query` finds."""
        return [value for (value,) in await self.rows(query, **values)]

    async def one(self, query: str, **values: Any) -> Any:
        """Return the one value that `query` finds."""
        [value] = await self.column(query, **values)
        return value

    async def count(self, what: str, **values: Any) -> int:
        """Return how many rows there are of `what`, a table with or without its condition."""
        counted: int = await self.one(f"SELECT count(*) FROM {what}", **values)
        return counted

    async def change(self, statement: str, **values: Any) -> None:
        """Change what stands there, past every rule."""
        async with self._owner.begin() as tx:
            await tx.execute(text(statement), values)

    async def until_count(self, what: str, count: int) -> None:
        """Wait until there are so many rows of `what`."""

        async def there() -> bool:
            return await self.count(what) == count

        await until(there, what=f"{count} rows of {what}")

    async def by(self, query: str, **values: Any) -> Mapping[Any, Any]:
        """Return the second column that `query` finds by its first."""
        return dict(await self.rows(query, **values))
