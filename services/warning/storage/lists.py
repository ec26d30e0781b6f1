"""The warnings of a list, as they were known at a moment: so a list of a past day can be made again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.warning_noted import WarningNoted
from shared.events.warning_raised import WarningFacts, WarningRaised

SETTLED_S = 60
"""A transaction lasts half as long at most: what was decided before is there, or will never be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is to hold."""

    since: datetime
    until: datetime
    """Not included."""
    known_by: datetime
    region: str | None
    """None: all that the asker may see."""
    rules: Sequence[str]
    """Empty: every rule."""
    noted: bool
    """Whether those outside the target population are wanted too."""


async def settled(tx: AsyncConnection) -> datetime:
    """Return the latest moment as of which a list never changes any more."""
    moment: datetime = (
        await tx.execute(text("SELECT clock_timestamp() - make_interval(secs => :s)"), {"s": SETTLED_S})
    ).scalar_one()
    return moment


async def listed(tx: AsyncConnection, wanted: Wanted, limit: int) -> list[WarningFacts]:
    """Return at most `limit` warnings in the order of their times."""
    rows = await tx.execute(
        text(
            "SELECT facts, population FROM warning WHERE raised_at >= :since AND raised_at < :until"
            " AND decided_at <= :known_by AND (:noted OR population IS NOT NULL)"
            " AND (CAST(:region AS text) IS NULL OR region = :region OR starts_with(region, :region || '.'))"
            " AND (cardinality(CAST(:rules AS text[])) = 0 OR rule_id = ANY(:rules))"
            " ORDER BY raised_at, warning_id LIMIT :limit"
        ),
        {
            "since": wanted.since,
            "until": wanted.until,
            "known_by": wanted.known_by,
            "region": wanted.region,
            "rules": list(wanted.rules),
            "noted": wanted.noted,
            "limit": limit,
        },
    )
    kinds = {False: WarningNoted, True: WarningRaised}
    return [msgspec.convert(row.facts, kinds[row.population is not None]) for row in rows]
