"""Counters summed up for people, as the person who asks may see them."""

from typing import Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

Grouping = Literal["all", "province", "city", "county", "staff"]
DEPTHS = {"all": 0, "province": 1, "city": 2, "county": 3, "staff": 3}


async def summed(tx: AsyncConnection, first: str, last: str, grouping: Grouping) -> list[RowMapping]:
    """Return each measure's sum from month `first` to `last`, by month and the grouping asked for."""
    rows = await tx.execute(
        text(
            "SELECT month, CASE WHEN :depth = 0 THEN '' ELSE CAST(subpath(region, 0, :depth) AS text) END AS region,"
            " CASE WHEN :by_staff THEN staff_id ELSE '' END AS staff_id, measure, sum(value)::bigint AS value"
            " FROM counter WHERE month BETWEEN :first AND :last GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        ),
        {"first": first, "last": last, "depth": DEPTHS[grouping], "by_staff": grouping == "staff"},
    )
    return list(rows.mappings())


async def factors(tx: AsyncConnection, first: str, last: str, grouping: Grouping) -> list[RowMapping]:
    """Return the failures from month `first` to `last` by factor, month and the grouping asked for, most first."""
    rows = await tx.execute(
        text(
            "SELECT month, CASE WHEN :depth = 0 THEN '' ELSE CAST(subpath(region, 0, :depth) AS text) END AS region,"
            " CASE WHEN :by_staff THEN staff_id ELSE '' END AS staff_id, factor, sum(failures)::bigint AS failures"
            " FROM failure_factors WHERE month BETWEEN :first AND :last"
            " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, failures DESC, factor"
        ),
        {"first": first, "last": last, "depth": DEPTHS[grouping], "by_staff": grouping == "staff"},
    )
    return list(rows.mappings())


async def names(tx: AsyncConnection) -> dict[str, tuple[str, str]]:
    """Return the Chinese and the English name of each region."""
    rows = await tx.execute(text("SELECT CAST(path AS text) AS path, name_zh, name_en FROM region"))
    return {row.path: (row.name_zh, row.name_en) for row in rows}
