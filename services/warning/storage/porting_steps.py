"""The steps of numbers on their way to another operator, with the region of who held them."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.porting_state import Step
from services.warning.domain.subscriber import Holder
from shared.events.porting_progressed import PortingProgressed

STEPS_MAX = 1_000
"""Of one subscription; nobody ports so often."""


async def record(tx: AsyncConnection, told: Sequence[tuple[Holder, PortingProgressed]]) -> None:
    """Keep each step once."""
    if not told:
        return
    await tx.execute(
        text(
            "INSERT INTO porting_step (event_id, msisdn, subscription_id, region, step, at, to_operator)"
            " VALUES (:event_id, :msisdn, :subscription_id, :region, :step, :at, :to_operator) ON CONFLICT DO NOTHING"
        ),
        [
            {
                "event_id": event.id,
                "msisdn": event.msisdn,
                "subscription_id": holder.subscription_id,
                "region": holder.region,
                "step": event.step,
                "at": event.occurred_at,
                "to_operator": event.to_operator,
            }
            for holder, event in told
        ],
    )


async def of_number(tx: AsyncConnection, msisdn: str) -> tuple[str, list[Step]] | None:
    """Return whose steps of a number are the latest, a subscription's id, and these steps; None: there are none."""
    rows = (
        await tx.execute(
            text(
                "SELECT subscription_id, step, at, to_operator FROM porting_step WHERE subscription_id = (SELECT"
                " subscription_id FROM porting_step WHERE msisdn = :msisdn ORDER BY at DESC, event_id LIMIT 1)"
                " ORDER BY at DESC, event_id LIMIT :limit"
            ),
            {"msisdn": msisdn, "limit": STEPS_MAX},
        )
    ).all()
    steps = [Step(step=row.step, at=row.at, to_operator=row.to_operator) for row in reversed(rows)]
    return (rows[0].subscription_id, steps) if rows else None
