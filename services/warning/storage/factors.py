"""What failed contacts were put down to in past months, as KPI tells it."""

from collections.abc import Collection, Sequence

from msgspec import structs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.factors import Factor
from shared.events.failure_factor import FailureFactor


async def record(tx: AsyncConnection, events: Sequence[FailureFactor]) -> None:
    """Keep what is told; a month is told of once."""
    await tx.execute(
        text(
            "INSERT INTO failure_factor (month, region, reason, count, failures, share)"
            " VALUES (:month, :region, :reason, :count, :failures, :share) ON CONFLICT DO NOTHING"
        ),
        [structs.asdict(event) for event in events],
    )


async def of(tx: AsyncConnection, months: Collection[str], regions: Collection[str]) -> list[Factor]:
    """Return the factors of these months in these regions."""
    rows = await tx.execute(
        text(
            "SELECT month, region, reason, count, failures, share FROM failure_factor"
            " WHERE month = ANY(:months) AND region = ANY(:regions)"
        ),
        {"months": sorted(months), "regions": sorted(regions)},
    )
    return [Factor(**row._asdict()) for row in rows]
