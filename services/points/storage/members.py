"""Who is a member, and which numbers they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.calendar import month_bounds
from shared.events.bill_issued import BillIssued
from shared.events.customer_recorded import CustomerRecorded
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.region import path_of


async def record_members(tx: AsyncConnection, events: Sequence[CustomerRecorded]) -> None:
    """Keep each customer's latest level."""
    await tx.execute(
        text(
            "INSERT INTO member AS known (customer_id, member_level, recorded_at) VALUES (:customer_id, :level, :at)"
            " ON CONFLICT (customer_id) DO UPDATE"
            " SET member_level = excluded.member_level, recorded_at = excluded.recorded_at"
            " WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [
            {"customer_id": event.customer_id, "level": event.member_level, "at": event.occurred_at}
            for event in sorted(events, key=lambda event: event.customer_id)
        ],
    )


async def record_holdings(tx: AsyncConnection, events: Sequence[SubscriptionRecorded]) -> None:
    """Keep the latest record of each period."""
    same = ("subscription_id", "msisdn", "customer_id", "activated_at", "ended_at")
    await tx.execute(
        text(
            "INSERT INTO holding AS known"
            " (subscription_id, msisdn, customer_id, region, activated_at, ended_at, recorded_at)"
            " VALUES (:subscription_id, :msisdn, :customer_id, :region, :activated_at, :ended_at, :at)"
            " ON CONFLICT (subscription_id) DO UPDATE SET customer_id = excluded.customer_id,"
            " region = excluded.region, activated_at = excluded.activated_at, ended_at = excluded.ended_at,"
            " recorded_at = excluded.recorded_at WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [
            {name: getattr(event, name) for name in same} | {"region": path_of(event.county), "at": event.occurred_at}
            for event in sorted(events, key=lambda event: event.subscription_id)
        ],
    )


@dataclass(frozen=True, slots=True)
class Billed:
    """Who was billed, as far as the CRM has told."""

    customer_id: str | None
    """Who held the number in the bill's month; None: not told yet."""
    told: bool
    """Whether the CRM has told of the customer."""
    member: bool


async def billed(tx: AsyncConnection, bills: Sequence[BillIssued]) -> list[Billed]:
    """Return for each bill who held its number in its month."""
    months = [month_bounds(bill.month) for bill in bills]
    rows = await tx.execute(
        text(
            "SELECT h.customer_id, m.customer_id IS NOT NULL AS told, m.member_level IS NOT NULL AS member"
            " FROM unnest(CAST(:numbers AS text[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))"
            " WITH ORDINALITY AS b(msisdn, month_start, month_end, place)"
            " LEFT JOIN LATERAL (SELECT customer_id FROM holding WHERE holding.msisdn = b.msisdn"
            "  AND activated_at <= b.month_end AND (ended_at IS NULL OR b.month_start < ended_at)"
            "  ORDER BY activated_at DESC LIMIT 1) AS h ON true"
            " LEFT JOIN member AS m ON m.customer_id = h.customer_id ORDER BY b.place"
        ),
        {
            "numbers": [bill.msisdn for bill in bills],
            "starts": [first for first, _ in months],
            "ends": [last for _, last in months],
        },
    )
    return [Billed(row.customer_id, row.told, row.member) for row in rows]


async def number_of(tx: AsyncConnection, customer_id: str) -> str | None:
    """Return a member's number, the longest held one; None: no member, or none is held."""
    rows = await tx.execute(
        text(
            "SELECT h.msisdn FROM holding AS h JOIN member AS m USING (customer_id)"
            " WHERE h.customer_id = :id AND m.member_level IS NOT NULL AND h.ended_at IS NULL"
            " ORDER BY h.activated_at, h.subscription_id LIMIT 1"
        ),
        {"id": customer_id},
    )
    msisdn: str | None = rows.scalar_one_or_none()
    return msisdn
