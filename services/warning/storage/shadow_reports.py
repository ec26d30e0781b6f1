"""What a proposal in shadow would have warned of, held against what was: counts and examples."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_MAX = 5_000
EXAMPLES_MAX = 20


class Counted(Struct, frozen=True, kw_only=True):
    """Warnings of one rule in one county on one day."""

    rule_id: str
    county: str
    day: date
    both: int
    changed: int
    """Of those in both, how many have another level or population in shadow."""
    only_live: int
    only_shadow: int


class Example(Struct, frozen=True, kw_only=True):
    """A warning that only one of both gave."""

    warning_id: str
    rule_id: str
    subscription_id: str
    county: str
    raised_at: datetime
    level: int
    population: str | None
    """None: recorded, not worked."""


async def counts(tx: AsyncConnection, proposal_id: int) -> list[Counted]:
    """Return at most 5,000 counts, by rule, county and day."""
    rows = await tx.execute(
        text(
            "SELECT rule_id, region AS county, CAST(raised_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day,"
            " count(*) FILTER (WHERE live_level IS NOT NULL AND shadow_level IS NOT NULL) AS both,"
            " count(*) FILTER (WHERE live_level <> shadow_level OR live_level IS NOT NULL AND shadow_level IS NOT NULL"
            "  AND live_population IS DISTINCT FROM shadow_population) AS changed,"
            " count(*) FILTER (WHERE shadow_level IS NULL) AS only_live,"
            " count(*) FILTER (WHERE live_level IS NULL) AS only_shadow"
            " FROM shadow_warning WHERE proposal_id = :proposal_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT :limit"
        ),
        {"proposal_id": proposal_id, "limit": ROWS_MAX},
    )
    return [Counted(**row) for row in rows.mappings()]


async def examples(tx: AsyncConnection, proposal_id: int, which: str) -> list[Example]:
    """Return the latest 20 warnings that only `which`, `live` or `shadow`, gave."""
    other = {"live": "shadow", "shadow": "live"}[which]
    rows = await tx.execute(
        text(
            f"SELECT warning_id, rule_id, subscription_id, region AS county, raised_at, {which}_level AS level,"
            f" {which}_population AS population FROM shadow_warning"
            f" WHERE proposal_id = :proposal_id AND {other}_level IS NULL"
            " ORDER BY raised_at DESC, warning_id LIMIT :limit"
        ),
        {"proposal_id": proposal_id, "limit": EXAMPLES_MAX},
    )
    return [Example(**row) for row in rows.mappings()]
