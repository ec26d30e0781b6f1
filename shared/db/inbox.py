"""The inbox: an event that came before, under whatever offset, is not decided again."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.arrival import Arrival


async def admit(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Enter `arrivals` and return those that had not been entered before, in their order."""
    if not arrivals:
        return []
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.event.id, arrival)
    rows = await tx.execute(
        text(
            "INSERT INTO inbox (topic, event_id, partition, log_offset, occurred_at)"
            " SELECT :topic, e.id, :partition, e.log_offset, e.occurred_at"
            " FROM unnest(CAST(:ids AS text[]), CAST(:offsets AS bigint[]), CAST(:times AS timestamptz[]))"
            " WITH ORDINALITY AS e(id, log_offset, occurred_at, place)"
            " ORDER BY e.place ON CONFLICT DO NOTHING RETURNING event_id"
        ),
        _columns(arrivals[0], list(first.values())),
    )
    fresh = {row.event_id for row in rows}
    return [arrival for arrival in arrivals if arrival.event.id in fresh and first[arrival.event.id] is arrival]


def _columns(sample: Arrival, arrivals: Sequence[Arrival]) -> dict[str, object]:
    return {
        "topic": sample.topic.name,
        "partition": sample.partition,
        "ids": [arrival.event.id for arrival in arrivals],
        "offsets": [arrival.offset for arrival in arrivals],
        "times": [arrival.event.occurred_at for arrival in arrivals],
    }
