"""Offers, each locked while it moves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.offers.domain.offer import Offer, request_id

FIELDS = (
    "offer_id, customer_id, subscription_id, msisdn, CAST(region AS text) AS region, work_item_id, staff_id,"
    " mechanism, package_id, terms, state"
)


async def find(tx: AsyncConnection, offer_id: str) -> Offer | None:
    """Return an offer, locked; None: there is none for this asker."""
    rows = await tx.execute(text(f"SELECT {FIELDS} FROM offer WHERE offer_id = :id FOR UPDATE"), {"id": offer_id})
    row = rows.one_or_none()
    return Offer(**row._asdict()) if row else None


async def by_requests(tx: AsyncConnection, requests: Sequence[str]) -> dict[str, Offer]:
    """Return the offers of which billing was asked under `requests`, locked in order."""
    rows = await tx.execute(
        text(f"SELECT request_id, {FIELDS} FROM offer WHERE request_id = ANY(:ids) ORDER BY offer_id FOR UPDATE"),
        {"ids": list(requests)},
    )
    return {row.request_id: Offer(**_without_request(row._asdict())) for row in rows}


def _without_request(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "request_id"}


async def alive(tx: AsyncConnection, subscription_id: str, mechanism: str) -> str | None:
    """Return the offer of this mechanism that is issued or accepted for a subscription."""
    rows = await tx.execute(
        text(
            "SELECT offer_id FROM offer WHERE subscription_id = :id AND mechanism = :mechanism"
            " AND state IN ('issued', 'accepted')"
        ),
        {"id": subscription_id, "mechanism": mechanism},
    )
    offer_id: str | None = rows.scalar_one_or_none()
    return offer_id


async def save(tx: AsyncConnection, offer: Offer, at: datetime) -> None:
    """Write an offer in its state.

    Raises:
        sqlalchemy.exc.IntegrityError: another offer of the mechanism came alive for the subscription meanwhile.
    """
    await tx.execute(
        text(
            "INSERT INTO offer (offer_id, customer_id, subscription_id, msisdn, region, work_item_id, staff_id,"
            " mechanism, package_id, terms, state, request_id, changed_at) VALUES (:offer_id, :customer_id,"
            " :subscription_id, :msisdn, CAST(CAST(:region AS text) AS ltree), :work_item_id, :staff_id, :mechanism,"
            " :package_id, CAST(:terms AS jsonb), :state, :request_id, :at)"
            " ON CONFLICT (offer_id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at"
        ),
        structs.asdict(offer)
        | {
            "terms": msgspec.json.encode(offer.terms).decode(),
            "request_id": request_id(offer.offer_id),
            "at": at,
        },
    )
