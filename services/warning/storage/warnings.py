"""The warnings as they were raised, for lists and for explaining one years later."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.warning_raised import WarningFacts, WarningRaised


async def record(tx: AsyncConnection, warnings: Iterable[WarningFacts]) -> None:
    """Keep each warning once."""
    rows = [
        {
            "warning_id": warning.id,
            "rule_id": warning.rule_id,
            "subscription_id": warning.subscription_id,
            "customer_id": warning.customer_id,
            "region": warning.region,
            "raised_at": warning.occurred_at,
            "level": warning.level,
            "population": warning.population if isinstance(warning, WarningRaised) else None,
            "facts": msgspec.json.encode(warning).decode(),
        }
        for warning in warnings
    ]
    if rows:
        await tx.execute(
            text(
                "INSERT INTO warning (warning_id, rule_id, subscription_id, customer_id, region, raised_at, level,"
                " population, facts) VALUES (:warning_id, :rule_id, :subscription_id, :customer_id, :region,"
                " :raised_at, :level, :population, CAST(:facts AS jsonb))"
            ),
            rows,
        )
