"""Publishes that a day has passed, at local midnight plus a grace for late records."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.domain.days import day_passed
from services.intake.storage import days
from services.intake.stream.publisher import Publisher
from shared.calendar import local_date
from shared.db.business_clock import business_now
from shared.steady import Steadily

LOOK_S = 5.0
GRACE = timedelta(minutes=10)


class Almanac(Steadily):
    """Follows business time, and tells each day that ends."""

    def __init__(self, engine: AsyncEngine, publisher: Publisher) -> None:
        super().__init__(self._look, LOOK_S)
        self._engine = engine
        self._publisher = publisher

    async def _look(self) -> None:
        async with self._engine.begin() as tx:
            today = local_date(await business_now(tx) - GRACE)
            for day in days.passed_since(await days.last_published(tx), today):
                await self._publisher.publish([day_passed(day)])
                await days.mark_published(tx, day)
