"""Who holds a number at a moment: the CRM's periods, and the customers behind them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.holding import Period, holder_at
from services.warning.domain.subscriber import Holder
from shared.events.customer_recorded import CustomerRecorded
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.region import path_of
from shared.topic import SubscriberEvent


async def record_customers(tx: AsyncConnection, records: Sequence[CustomerRecorded]) -> None:
    """Keep the latest record of each customer, in whatever order they come."""
    await tx.execute(
        text(
            "INSERT INTO customer AS known (customer_id, stars, important, recorded_at)"
            " VALUES (:customer_id, :stars, :important, :recorded_at)"
            " ON CONFLICT (customer_id) DO UPDATE"
            " SET stars = excluded.stars, important = excluded.important, recorded_at = excluded.recorded_at"
            " WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [
            {
                "customer_id": record.customer_id,
                "stars": record.stars,
                "important": record.important,
                "recorded_at": record.occurred_at,
            }
            for record in sorted(records, key=lambda record: record.customer_id)
        ],
    )


async def record_subscriptions(tx: AsyncConnection, records: Sequence[SubscriptionRecorded]) -> None:
    """Keep the latest record of each period, in whatever order they come."""
    await tx.execute(
        text(
            "INSERT INTO subscription AS known (subscription_id, msisdn, customer_id, region, brand, package,"
            " activated_at, ended_at, agent_id, recorded_at)"
            " VALUES (:subscription_id, :msisdn, :customer_id, :region, :brand, :package,"
            " :activated_at, :ended_at, :agent_id, :recorded_at)"
            " ON CONFLICT (subscription_id) DO UPDATE"
            " SET customer_id = excluded.customer_id, region = excluded.region, brand = excluded.brand,"
            " package = excluded.package, activated_at = excluded.activated_at, ended_at = excluded.ended_at,"
            " agent_id = excluded.agent_id, recorded_at = excluded.recorded_at"
            " WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [_row(record) for record in sorted(records, key=lambda record: record.subscription_id)],
    )


def _row(record: SubscriptionRecorded) -> dict[str, object]:
    same = ("subscription_id", "msisdn", "customer_id", "brand", "package", "activated_at", "ended_at", "agent_id")
    fields = {name: getattr(record, name) for name in same}
    return fields | {"region": path_of(record.county), "recorded_at": record.occurred_at}


async def holders(tx: AsyncConnection, events: Sequence[SubscriberEvent]) -> list[Holder | None]:
    """Return who held each event's number when it happened, and lock those subscriptions until the transaction ends.

    None: no period that the CRM has told covers the moment.
    """
    periods: dict[str, list[Period]] = {}
    for period in await _locked(tx, "s.msisdn", {event.msisdn for event in events}):
        periods.setdefault(period.holder.msisdn, []).append(period)
    return [holder_at(periods.get(event.msisdn, []), event) for event in events]


async def of_subscriptions(tx: AsyncConnection, ids: Collection[str]) -> list[Period]:
    """Return the periods of these subscriptions in the order of their ids, locked until the transaction ends."""
    return await _locked(tx, "s.subscription_id", ids)


async def of_customers(tx: AsyncConnection, ids: Collection[str]) -> list[Period]:
    """Return the periods of these customers' subscriptions in the order of their ids, locked until the end."""
    return await _locked(tx, "s.customer_id", ids)


async def _locked(tx: AsyncConnection, column: str, values: Collection[str]) -> list[Period]:
    rows = await tx.execute(
        text(
            "SELECT s.subscription_id, s.msisdn, s.customer_id, s.region, s.brand, s.package, s.activated_at,"
            " s.ended_at, coalesce(c.stars, 0) AS stars, c.important"
            " FROM subscription AS s LEFT JOIN customer AS c USING (customer_id)"
            f" WHERE {column} = ANY(:values) ORDER BY s.subscription_id FOR NO KEY UPDATE OF s"
        ),
        {"values": list(values)},
    )
    return [_period(row._asdict()) for row in rows]


def _period(fields: dict[str, Any]) -> Period:
    return Period(Holder(**fields))
