"""Which calendar days have passed and were told of."""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def last_published(tx: AsyncConnection) -> date | None:
    """Return the last day whose passing was published; None: there was none yet."""
    day: date | None = (await tx.execute(text("SELECT max(day) FROM published_day"))).scalar_one()
    return day


async def mark_published(tx: AsyncConnection, day: date) -> None:
    """Say that a day's passing was published."""
    await tx.execute(text("INSERT INTO published_day (day) VALUES (:day) ON CONFLICT DO NOTHING"), {"day": day})


def passed_since(last: date | None, today: date) -> list[date]:
    """Return the days that have passed and were not told of; at the very first start only yesterday."""
    first = last + timedelta(days=1) if last else today - timedelta(days=1)
    return [first + timedelta(days=offset) for offset in range((today - first).days)]
