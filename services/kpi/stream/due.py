"""What falls due as days pass: saves that come of age, then, at a month's end, what it teaches the next one."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kpi.domain.factors import factors_of, month_ended
from services.kpi.storage import factors
from services.kpi.stream.hear import Hear
from shared.topic import Event


class Due:
    """One after the other, so that a day counts as swept only when neither has anything left."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    async def __call__(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Do at most `limit` of what is due when `day` is over; None: nothing is any more."""
        if (said := await self._hear.due(tx, day, limit)) is not None:
            return said
        month = month_ended(day)
        if month is None or not await factors.hand_on(tx, month):
            return None
        return factors_of(month, day, await factors.of_month(tx, month))
