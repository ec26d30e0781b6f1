"""Usage days into their tables: a consumer of its own, so that a night's tallies never delay a signal."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.storage import day_pieces, usage_days
from shared.arrival import Arrival
from shared.events.usage_day import TOPIC, UsageDay
from shared.topic import Event, of_kind

HEARD = (TOPIC,)


async def keep_usage_days(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
    """Keep the latest version of each; nothing is said of them."""
    told = of_kind(UsageDay, [arrival.event for arrival in arrivals])
    await usage_days.record(tx, told)
    await day_pieces.record(tx, told)
    return ()
