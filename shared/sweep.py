"""What falls due on a day is done after the day has passed, in small transactions, however much it is."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import outbox
from shared.events.day_passed import DayPassed
from shared.steady import Steadily
from shared.topic import Event

LIMIT = 1_000
"""Subjects that one transaction takes, so that its locks are short."""
POLL_S = 1.0

Due = Callable[[AsyncConnection, date, int], Awaitable[Sequence[Event] | None]]
"""Takes at most so many subjects that are due on or before the day; None: nothing was due any more."""


async def note(tx: AsyncConnection, passed: Sequence[DayPassed]) -> None:
    """Write down days that have passed; the sweeper of this service takes them from there."""
    statement = text("INSERT INTO due_day (day) VALUES (:day) ON CONFLICT DO NOTHING")
    await tx.execute(statement, [{"day": each.day} for each in passed])


async def waiting(tx: AsyncConnection) -> int:
    """Return how many passed days are not swept yet."""
    rows = await tx.execute(text("SELECT count(*) FROM due_day WHERE swept_at IS NULL"))
    count: int = rows.scalar_one()
    return count


class Sweeper(Steadily):
    """Sweeps one service's dues day by day, in order; several processes take turns by a row lock."""

    def __init__(self, engine: AsyncEngine, due: Due, committed: Callable[[], None]) -> None:
        self._engine = engine
        self._due = due
        self._committed = committed
        super().__init__(self._sweep, POLL_S)

    async def _sweep(self) -> None:
        while await self._one_batch():
            self._committed()

    async def _one_batch(self) -> bool:
        """Do one transaction's worth; return False when no day waits."""
        async with self._engine.begin() as tx:
            day = await _oldest(tx)
            if day is None:
                return False
            said = await self._due(tx, day, LIMIT)
            if said is None:
                await _done(tx, day)
            else:
                await outbox.put(tx, said)
            return True


async def _oldest(tx: AsyncConnection) -> date | None:
    rows = await tx.execute(text("SELECT day FROM due_day WHERE swept_at IS NULL ORDER BY day LIMIT 1 FOR UPDATE"))
    day: date | None = rows.scalar_one_or_none()
    return day


async def _done(tx: AsyncConnection, day: date) -> None:
    await tx.execute(text("UPDATE due_day SET swept_at = clock_timestamp() WHERE day = :day"), {"day": day})
