"""CDRs that came too late for the sieve to correct their day: kept for whoever mends a bill or a switch."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.sieve.cdr import Cdr
from shared.calendar import local_date


async def keep(tx: AsyncConnection, partition: int, cdrs: Sequence[Cdr]) -> None:
    """Keep `cdrs`; one that comes again is kept once."""
    if cdrs:
        await tx.execute(
            text(
                "INSERT INTO late_cdr (cdr_id, day, msisdn, content, partition)"
                " VALUES (:cdr_id, :day, :msisdn, CAST(:content AS jsonb), :partition) ON CONFLICT DO NOTHING"
            ),
            [_row(cdr) | {"partition": partition} for cdr in cdrs],
        )


def _row(cdr: Cdr) -> dict[str, object]:
    return {
        "cdr_id": cdr.id,
        "day": local_date(cdr.occurred_at),
        "msisdn": cdr.msisdn,
        "content": msgspec.json.encode(cdr).decode(),
    }
