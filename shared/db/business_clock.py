"""Business time, which the operator's day is made of: real time, or in a simulation what the simulator says."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def business_now(tx: AsyncConnection) -> datetime:
    """Return the business time that the database tells."""
    moment: datetime = (await tx.execute(text("SELECT business_now()"))).scalar_one()
    return moment


async def move(tx: AsyncConnection, moment: datetime) -> None:
    """Set business time to `moment`, forward only.

    Raises:
        sqlalchemy.exc.DBAPIError: the database is not a simulation's, or its business time is past `moment`.
    """
    await tx.execute(text("SELECT move_business_clock(:moment)"), {"moment": moment})


async def simulated_now(tx: AsyncConnection) -> datetime | None:
    """Return where a simulation has moved business time to; None: nobody has moved it."""
    return (await tx.execute(text("SELECT moment FROM platform.business_clock"))).scalar_one_or_none()
