"""What falls due as days pass: rules that wait for a day, the weekly looks at usage, facts that waited for too long."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.reentry import window
from services.warning.storage import day_pieces, usage_days
from services.warning.stream.hear import Hear
from services.warning.stream.shadows import Shadows
from shared.give_up import GiveUp
from shared.topic import Event


class Due:
    """One after the other, so that a day counts as swept only when none has anything left."""

    def __init__(self, hear: Hear, shadows: Shadows, give_up: GiveUp) -> None:
        self._hear = hear
        self._shadows = shadows
        self._give_up = give_up

    async def __call__(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Do at most `limit` of what is due when `day` is over; None: nothing is any more."""
        steps = (self._hear.day_came, self._shadows.day_came, self._hear.look_at_usage, self._give_up, _forget)
        for step in steps:
            if (said := await step(tx, day, limit)) is not None:
                return said
        return None


async def _forget(tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
    more = [await usage_days.forget(tx, day), await day_pieces.forget(tx, day - window.KEPT)]
    return () if any(more) else None
