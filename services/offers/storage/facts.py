"""What lower stages tell: who was warned, what they were billed, which items are open."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.offers.domain.mechanism import Customer, Month
from shared.events.bill_issued import BillIssued, BillLines
from shared.events.warning_raised import WarningRaised
from shared.events.work_item_closed import WorkItemClosed
from shared.events.work_item_offered import WorkItemOffered

MONTHS = 3
"""Packages are priced over so many of the latest billed months."""


async def record_warnings(tx: AsyncConnection, events: Sequence[WarningRaised]) -> None:
    """Keep what the latest warning told of each customer."""
    same = ("customer_id", "subscription_id", "msisdn", "region", "package", "arpu_fen", "important", "stars")
    await tx.execute(
        text(
            "INSERT INTO warned AS known (customer_id, subscription_id, msisdn, region, package, reasons, arpu_fen,"
            " important, stars, warned_at) VALUES (:customer_id, :subscription_id, :msisdn,"
            " CAST(CAST(:region AS text) AS ltree), :package, :reasons, :arpu_fen, :important, :stars, :warned_at)"
            " ON CONFLICT (customer_id) DO UPDATE SET subscription_id = excluded.subscription_id,"
            " msisdn = excluded.msisdn, region = excluded.region, package = excluded.package,"
            " reasons = excluded.reasons, arpu_fen = excluded.arpu_fen, important = excluded.important,"
            " stars = excluded.stars, warned_at = excluded.warned_at WHERE excluded.warned_at >= known.warned_at"
        ),
        [
            {name: getattr(event, name) for name in same}
            | {"reasons": [each.reason for each in event.reasons], "warned_at": event.occurred_at}
            for event in sorted(events, key=lambda event: (event.customer_id, event.occurred_at))
        ],
    )


async def record_bills(tx: AsyncConnection, events: Sequence[BillIssued]) -> None:
    """Keep each month's newest bill."""
    await tx.execute(
        text(
            "INSERT INTO billed_month AS known (msisdn, month, version, amount_fen, lines)"
            " VALUES (:msisdn, :month, :version, :amount_fen, CAST(:lines AS jsonb))"
            " ON CONFLICT (msisdn, month) DO UPDATE SET version = excluded.version,"
            " amount_fen = excluded.amount_fen, lines = excluded.lines WHERE excluded.version >= known.version"
        ),
        [
            {
                "msisdn": event.msisdn,
                "month": event.month,
                "version": event.version,
                "amount_fen": event.amount_due_fen,
                "lines": msgspec.json.encode(event.lines).decode(),
            }
            for event in sorted(events, key=lambda event: (event.msisdn, event.month))
        ],
    )


async def record_items(tx: AsyncConnection, events: Sequence[WorkItemOffered]) -> None:
    """Keep who may claim each item; an older revision changes nothing."""
    same = ("work_item_id", "customer_id", "revision", "tier", "home_region", "offered_region", "assigned_to")
    await tx.execute(
        text(
            "INSERT INTO work_item AS known"
            " (work_item_id, customer_id, revision, tier, home_region, offered_region, assigned_to)"
            " VALUES (:work_item_id, :customer_id, :revision, :tier, CAST(CAST(:home_region AS text) AS ltree),"
            " CAST(CAST(:offered_region AS text) AS ltree), :assigned_to)"
            " ON CONFLICT (work_item_id) DO UPDATE SET revision = excluded.revision, tier = excluded.tier,"
            " home_region = excluded.home_region, offered_region = excluded.offered_region,"
            " assigned_to = excluded.assigned_to WHERE excluded.revision >= known.revision"
        ),
        [{name: getattr(event, name) for name in same} for event in events],
    )


async def record_closings(tx: AsyncConnection, events: Sequence[WorkItemClosed]) -> None:
    """Close items; a closing that comes before its opening is kept all the same."""
    await tx.execute(
        text(
            "INSERT INTO work_item (work_item_id, customer_id, revision, tier, home_region, offered_region, closed)"
            " VALUES (:work_item_id, :customer_id, 0, 'phone_manager', CAST(CAST(:region AS text) AS ltree),"
            " CAST(CAST(:region AS text) AS ltree), true)"
            " ON CONFLICT (work_item_id) DO UPDATE SET closed = true"
        ),
        [
            {"work_item_id": event.work_item_id, "customer_id": event.customer_id, "region": event.home_region}
            for event in events
        ],
    )


async def customer(tx: AsyncConnection, customer_id: str) -> Customer | None:
    """Return a warned customer with their latest billed months; None: never warned, or not for this asker."""
    rows = await tx.execute(
        text(
            "SELECT customer_id, subscription_id, msisdn, CAST(region AS text) AS region, package, reasons, arpu_fen,"
            " important, stars FROM warned WHERE customer_id = :id"
        ),
        {"id": customer_id},
    )
    row = rows.one_or_none()
    return Customer(**row._asdict(), months=await _months(tx, row.msisdn)) if row else None


async def _months(tx: AsyncConnection, msisdn: str) -> tuple[Month, ...]:
    rows = await tx.execute(
        text(
            "SELECT month, amount_fen, lines FROM billed_month WHERE msisdn = :msisdn ORDER BY month DESC LIMIT :months"
        ),
        {"msisdn": msisdn, "months": MONTHS},
    )
    return tuple(
        Month(month=row.month, amount_fen=row.amount_fen, lines=msgspec.convert(row.lines, BillLines)) for row in rows
    )


async def open_item(tx: AsyncConnection, work_item_id: str) -> str | None:
    """Return whose item it is; None: it is closed, or not for this asker."""
    rows = await tx.execute(
        text("SELECT customer_id FROM work_item WHERE work_item_id = :id AND NOT closed"), {"id": work_item_id}
    )
    customer_id: str | None = rows.scalar_one_or_none()
    return customer_id
