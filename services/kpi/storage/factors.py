"""A month's failures by county and reason, and of which months they were handed on."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def hand_on(tx: AsyncConnection, month: str) -> bool:
    """Write down that a month's factors are handed on; return False where they were already."""
    rows = await tx.execute(
        text("INSERT INTO factors_handed_on (month) VALUES (:month) ON CONFLICT DO NOTHING RETURNING month"),
        {"month": month},
    )
    return rows.one_or_none() is not None


async def of_month(tx: AsyncConnection, month: str) -> dict[tuple[str, str], int]:
    """Return the month's failures by county and reason."""
    rows = await tx.execute(
        text(
            "SELECT CAST(region AS text) AS region, factor, sum(failures)::bigint AS failures"
            " FROM failure_factors WHERE month = :month GROUP BY region, factor ORDER BY 1, 2"
        ),
        {"month": month},
    )
    return {(row.region, row.factor): row.failures for row in rows}
