"""What falls due as days pass: rules that wait for a day, then facts that have waited for too long."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.stream.hear import Hear
from shared.give_up import GiveUp
from shared.topic import Event


class Due:
    """One after the other, so that a day counts as swept only when neither has anything left."""

    def __init__(self, hear: Hear, give_up: GiveUp) -> None:
        self._hear = hear
        self._give_up = give_up

    async def __call__(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Do at most `limit` of what is due when `day` is over; None: nothing is any more."""
        said = await self._hear.day_came(tx, day, limit)
        return await self._give_up(tx, day, limit) if said is None else said
