"""As days pass, facts that waited for too long are buried with the reason; nothing waits for ever, nothing is lost."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import dead_letters, waiting
from shared.letters import Undertaker
from shared.topic import Event


class GiveUp:
    """What falls due for a service whose facts may wait."""

    def __init__(self, cluster: str, undertaker: Undertaker) -> None:
        self._cluster = cluster
        self._undertaker = undertaker

    async def __call__(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Bury at most `limit` of them; None: nothing is due any more."""
        letters = [
            self._undertaker.letter(record, "unknown_holder", "nobody told within a month whom the number belongs to")
            for record in await waiting.give_up(tx, day, limit)
        ]
        await dead_letters.bury(tx, self._cluster, letters)
        return letters or None
