"""All that the card shows of a customer (D3), as the person who asks may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

MONTHS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRows:
    """What the tables hold."""

    customer: RowMapping | None
    """None: the CRM has not told of the customer yet."""
    subscription: RowMapping | None
    bills: list[RowMapping]
    """Newest first."""
    arrears_fen: int | None
    warnings: list[RowMapping]
    """Those behind the item, newest first."""
    contacts: list[RowMapping]
    """All contacts with the customer, newest first."""
    now: datetime
    """Business time."""


async def rows(tx: AsyncConnection, work_item_id: str, customer_id: str, subscription_id: str) -> CardRows:
    """Return the rows for one item's card."""
    subscription = await _one(tx, "SELECT * FROM subscription WHERE subscription_id = :id", subscription_id)
    number = subscription["msisdn"] if subscription else None
    arrears = await _one(tx, "SELECT arrears_fen FROM number WHERE msisdn = :id", number)
    now: datetime = (await tx.execute(text("SELECT business_now()"))).scalar_one()
    return CardRows(
        customer=await _one(tx, "SELECT * FROM customer WHERE customer_id = :id", customer_id),
        subscription=subscription,
        bills=await _all(tx, f"SELECT * FROM bill WHERE msisdn = :id ORDER BY month DESC LIMIT {MONTHS_SHOWN}", number),
        arrears_fen=arrears["arrears_fen"] if arrears else None,
        warnings=await _all(
            tx, "SELECT * FROM warning WHERE work_item_id = :id ORDER BY raised_at DESC, warning_id", work_item_id
        ),
        contacts=await _all(
            tx, "SELECT * FROM contact WHERE customer_id = :id ORDER BY contacted_at DESC LIMIT 100", customer_id
        ),
        now=now,
    )


async def _all(tx: AsyncConnection, query: str, value: Any) -> list[RowMapping]:
    return list((await tx.execute(text(query), {"id": value})).mappings())


async def _one(tx: AsyncConnection, query: str, value: Any) -> RowMapping | None:
    return (await tx.execute(text(query), {"id": value})).mappings().one_or_none()
