"""A sample of the subscriptions of a region with what is remembered of each, for trying a rule before it counts."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.analyst.journal import Journal
from services.warning.domain.subscriber import Holder, Profile
from services.warning.storage.memories import JOURNAL, PROFILE

Known = tuple[Holder, Profile, Journal]
PAGES_TIMES = 2
"""So many times the sample's share of the table's pages is read, because pages are not equally full."""


async def drawn(tx: AsyncConnection, scope: str, limit: int, page: int) -> AsyncIterator[Sequence[Known]]:
    """Yield at most `limit` subscriptions within `scope`, `page` at a time; the same table gives the same sample."""
    ids = await _ids(tx, scope, limit)
    for begin in range(0, len(ids), page):
        yield await _known(tx, ids[begin : begin + page])


async def _ids(tx: AsyncConnection, scope: str, limit: int) -> list[str]:
    rows = await tx.execute(
        text(
            f"SELECT subscription_id FROM subscription TABLESAMPLE SYSTEM ({await _percent(tx, limit)}) REPEATABLE (0)"
            " WHERE ended_at IS NULL AND (:scope = '' OR region = :scope OR starts_with(region, :scope || '.'))"
            " LIMIT :limit"
        ),
        {"scope": scope, "limit": limit},
    )
    return list(rows.scalars())


async def _percent(tx: AsyncConnection, limit: int) -> float:
    """Return how much of the table holds so many rows at least, by the database's statistics; all, without any."""
    rows = await tx.execute(text("SELECT reltuples FROM pg_class WHERE oid = 'subscription'::regclass"))
    count: float = rows.scalar_one()
    return min(100.0, 100.0 * PAGES_TIMES * limit / count) if count > 0 else 100.0


async def _known(tx: AsyncConnection, ids: Sequence[str]) -> list[Known]:
    rows = await tx.execute(
        text(
            "SELECT s.subscription_id, s.msisdn, s.customer_id, s.region, s.brand, s.package, s.activated_at,"
            " coalesce(c.stars, 0) AS stars, c.important, p.value AS profile, j.value AS journal"
            " FROM subscription AS s LEFT JOIN customer AS c USING (customer_id)"
            " LEFT JOIN memory AS p ON p.subscription_id = s.subscription_id AND p.owner = :profile"
            " LEFT JOIN memory AS j ON j.subscription_id = s.subscription_id AND j.owner = :journal"
            " WHERE s.subscription_id = ANY(:ids)"
        ),
        {"ids": list(ids), "profile": PROFILE, "journal": JOURNAL},
    )
    return [_row(row._asdict()) for row in rows]


def _row(fields: dict[str, Any]) -> Known:
    profile, journal = fields.pop("profile") or {}, fields.pop("journal") or {}
    return Holder(**fields), msgspec.convert(profile, Profile), msgspec.convert(journal, Journal)
