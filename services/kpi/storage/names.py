"""Names of regions and people, and who is on net: what the views show beside the counters."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.region_defined import RegionDefined
from shared.events.staff_recorded import StaffRecorded
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.region import path_of


async def record_regions(tx: AsyncConnection, events: Sequence[RegionDefined]) -> None:
    """Keep the names of the tree."""
    await tx.execute(
        text(
            "INSERT INTO region (path, name_zh, name_en)"
            " VALUES (CAST(CAST(:path AS text) AS ltree), :name_zh, :name_en)"
            " ON CONFLICT (path) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en"
        ),
        [{name: getattr(event, name) for name in ("path", "name_zh", "name_en")} for event in events],
    )


async def record_staff(tx: AsyncConnection, events: Sequence[StaffRecorded]) -> None:
    """Keep people's latest names."""
    await tx.execute(
        text(
            "INSERT INTO staff AS known (staff_id, name, recorded_at) VALUES (:staff_id, :name, :at)"
            " ON CONFLICT (staff_id) DO UPDATE SET name = excluded.name, recorded_at = excluded.recorded_at"
            " WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [{"staff_id": event.staff_id, "name": event.name, "at": event.occurred_at} for event in events],
    )


async def record_subscriptions(tx: AsyncConnection, events: Sequence[SubscriptionRecorded]) -> None:
    """Keep the latest record of each period."""
    same = ("subscription_id", "customer_id", "activated_at", "ended_at")
    await tx.execute(
        text(
            "INSERT INTO subscription AS known"
            " (subscription_id, customer_id, region, activated_at, ended_at, recorded_at)"
            " VALUES (:subscription_id, :customer_id, CAST(CAST(:region AS text) AS ltree), :activated_at,"
            " :ended_at, :at) ON CONFLICT (subscription_id) DO UPDATE SET customer_id = excluded.customer_id,"
            " region = excluded.region, activated_at = excluded.activated_at, ended_at = excluded.ended_at,"
            " recorded_at = excluded.recorded_at WHERE excluded.recorded_at >= known.recorded_at"
        ),
        [
            {name: getattr(event, name) for name in same} | {"region": path_of(event.county), "at": event.occurred_at}
            for event in sorted(events, key=lambda event: event.subscription_id)
        ],
    )
