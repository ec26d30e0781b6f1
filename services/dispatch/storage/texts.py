"""Texts that somebody asked for, and what became of each request."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.contact_decided import ContactState
from shared.events.contact_requested import ContactRequested


async def last_released(tx: AsyncConnection, customers: Iterable[str]) -> dict[str, datetime]:
    """Return when the last text was released to each of `customers`; those who had none are left out."""
    rows = await tx.execute(
        text(
            "SELECT customer_id, max(decided_at) AS last FROM contact_request"
            " WHERE customer_id = ANY(:customers) AND state = 'released' GROUP BY customer_id"
        ),
        {"customers": sorted(set(customers))},
    )
    return {row.customer_id: row.last for row in rows}


async def record(tx: AsyncConnection, request: ContactRequested, state: ContactState, now: datetime) -> None:
    """Keep a request with its state."""
    same = ("customer_id", "subscription_id", "msisdn", "region", "purpose", "words", "valid_until", "cause_id")
    await tx.execute(
        text(
            "INSERT INTO contact_request (request_id, customer_id, subscription_id, msisdn, region, purpose, words,"
            " valid_until, cause_id, state, decided_at) VALUES (:request_id, :customer_id, :subscription_id, :msisdn,"
            " CAST(CAST(:region AS text) AS ltree), :purpose, :words, :valid_until, :cause_id, :state, :now)"
        ),
        {name: getattr(request, name) for name in same} | {"request_id": request.id, "state": state, "now": now},
    )
