"""People who work items or supervise."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.domain.passdown import Member
from shared.events.staff_recorded import StaffRecorded


async def roster(tx: AsyncConnection) -> Sequence[Member]:
    """Return everybody who is at work, in a fixed order."""
    rows = await tx.execute(
        text("SELECT staff_id, role, CAST(region AS text) AS region FROM staff WHERE active ORDER BY staff_id")
    )
    return [Member(row.staff_id, row.role, row.region) for row in rows]


async def record(tx: AsyncConnection, staff: StaffRecorded) -> None:
    """Keep a person's record."""
    same = ("staff_id", "name", "role", "region", "team", "active")
    await tx.execute(
        text(
            "INSERT INTO staff (staff_id, name, role, region, team, active)"
            " VALUES (:staff_id, :name, :role, CAST(CAST(:region AS text) AS ltree), :team, :active)"
            " ON CONFLICT (staff_id) DO UPDATE SET name = excluded.name, role = excluded.role,"
            " region = excluded.region, team = excluded.team, active = excluded.active,"
            " recorded_at = clock_timestamp()"
        ),
        {name: getattr(staff, name) for name in same},
    )


async def listed(tx: AsyncConnection) -> list[StaffRecorded]:
    """Return the people whom the asker may see."""
    rows = await tx.execute(
        text(
            "SELECT staff_id, name, role, CAST(region AS text) AS region, team, active, recorded_at"
            " FROM staff ORDER BY staff_id"
        )
    )
    return [
        StaffRecorded(
            id=row.staff_id,
            occurred_at=row.recorded_at,
            **{k: v for k, v in row._asdict().items() if k != "recorded_at"},
        )
        for row in rows
    ]
