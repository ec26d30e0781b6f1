"""What lower stages tell of customers and numbers, kept for the card."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.bill_issued import BillIssued
from shared.events.customer_recorded import CustomerRecorded
from shared.events.payment_received import PaymentReceived
from shared.events.region_defined import RegionDefined
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.region import path_of


async def record_regions(tx: AsyncConnection, events: Sequence[RegionDefined]) -> None:
    """Keep the tree."""
    await tx.execute(
        text(
            "INSERT INTO region (adcode, path, name_zh, name_en)"
            " VALUES (:adcode, CAST(CAST(:path AS text) AS ltree), :name_zh, :name_en) ON CONFLICT (adcode) DO UPDATE"
            " SET path = excluded.path, name_zh = excluded.name_zh, name_en = excluded.name_en"
        ),
        [{name: getattr(event, name) for name in ("adcode", "path", "name_zh", "name_en")} for event in events],
    )


async def record_customers(tx: AsyncConnection, events: Sequence[CustomerRecorded]) -> None:
    """Keep the latest record of each customer."""
    same = ("customer_id", "name", "sex", "birth_month", "important", "stars", "member_level")
    await tx.execute(
        text(
            "INSERT INTO customer AS known"
            " (customer_id, name, sex, birth_month, important, stars, member_level, recorded_at)"
            " VALUES (:customer_id, :name, :sex, :birth_month, :important, :stars, :member_level, :recorded_at)"
            " ON CONFLICT (customer_id) DO UPDATE SET name = excluded.name, sex = excluded.sex,"
            " birth_month = excluded.birth_month, important = excluded.important, stars = excluded.stars,"
            " member_level = excluded.member_level, recorded_at = excluded.recorded_at"
            " WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [
            {name: getattr(event, name) for name in same} | {"recorded_at": event.occurred_at}
            for event in sorted(events, key=lambda event: event.customer_id)
        ],
    )


async def record_subscriptions(tx: AsyncConnection, events: Sequence[SubscriptionRecorded]) -> None:
    """Keep the latest record of each period."""
    same = ("subscription_id", "msisdn", "customer_id", "brand", "package", "activated_at", "ended_at")
    await tx.execute(
        text(
            "INSERT INTO subscription AS known (subscription_id, msisdn, customer_id, region, brand, package,"
            " activated_at, ended_at, recorded_at) VALUES (:subscription_id, :msisdn, :customer_id,"
            " CAST(CAST(:region AS text) AS ltree), :brand, :package, :activated_at, :ended_at, :recorded_at)"
            " ON CONFLICT (subscription_id) DO UPDATE SET customer_id = excluded.customer_id,"
            " region = excluded.region, brand = excluded.brand, package = excluded.package,"
            " activated_at = excluded.activated_at, ended_at = excluded.ended_at, recorded_at = excluded.recorded_at"
            " WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [
            {name: getattr(event, name) for name in same}
            | {"region": path_of(event.county), "recorded_at": event.occurred_at}
            for event in sorted(events, key=lambda event: event.subscription_id)
        ],
    )


async def record_bills(tx: AsyncConnection, events: Sequence[BillIssued]) -> None:
    """Keep each month's newest bill, and what the number owes after it."""
    await tx.execute(
        text(
            "INSERT INTO bill AS known (msisdn, month, version, amount_fen, lines, issued_at)"
            " VALUES (:msisdn, :month, :version, :amount_fen, CAST(:lines AS jsonb), :issued_at)"
            " ON CONFLICT (msisdn, month) DO UPDATE SET version = excluded.version,"
            " amount_fen = excluded.amount_fen, lines = excluded.lines, issued_at = excluded.issued_at"
            " WHERE excluded.version >= known.version"
        ),
        [
            {
                "msisdn": event.msisdn,
                "month": event.month,
                "version": event.version,
                "amount_fen": event.amount_due_fen,
                "lines": msgspec.json.encode(event.lines).decode(),
                "issued_at": event.occurred_at,
            }
            for event in sorted(events, key=lambda event: (event.msisdn, event.month))
        ],
    )
    await record_arrears(tx, events)


async def record_arrears(tx: AsyncConnection, events: Sequence[BillIssued | PaymentReceived]) -> None:
    """Keep what each number owes, as billing told it last."""
    await tx.execute(
        text(
            "INSERT INTO number AS known (msisdn, arrears_fen, arrears_at) VALUES (:msisdn, :arrears_fen, :at)"
            " ON CONFLICT (msisdn) DO UPDATE SET arrears_fen = excluded.arrears_fen, arrears_at = excluded.arrears_at"
            " WHERE known.arrears_at IS NULL OR excluded.arrears_at >= known.arrears_at"
        ),
        [
            {"msisdn": event.msisdn, "arrears_fen": event.remaining_fen, "at": event.occurred_at}
            for event in sorted(events, key=lambda event: (event.msisdn, event.occurred_at))
        ],
    )
