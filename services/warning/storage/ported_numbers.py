"""The porting table: numbers whose operator is another than their prefix says."""

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.number_ported import NumberPorted


async def record(tx: AsyncConnection, events: Sequence[NumberPorted]) -> None:
    """Keep the latest word on each number."""
    await tx.execute(
        text(
            "INSERT INTO ported_number AS known (msisdn, operator, since) VALUES (:msisdn, :operator, :since)"
            " ON CONFLICT (msisdn) DO UPDATE SET operator = excluded.operator, since = excluded.since"
            " WHERE excluded.since >= known.since"
        ),
        [
            {"msisdn": event.msisdn, "operator": event.operator, "since": event.occurred_at}
            for event in sorted(events, key=lambda event: event.msisdn)
        ],
    )


async def of(tx: AsyncConnection, numbers: Iterable[str]) -> dict[str, str]:
    """Return the operators of those among `numbers` that were ported."""
    asked = sorted(set(numbers))
    if not asked:
        return {}
    rows = await tx.execute(
        text("SELECT msisdn, operator FROM ported_number WHERE msisdn = ANY(:numbers)"), {"numbers": asked}
    )
    return {row.msisdn: row.operator for row in rows}


async def everything(tx: AsyncConnection) -> dict[str, str]:
    """Return the whole table, as the sieve keeps it in memory."""
    rows = await tx.execute(text("SELECT msisdn, operator FROM ported_number"))
    return {row.msisdn: row.operator for row in rows}
