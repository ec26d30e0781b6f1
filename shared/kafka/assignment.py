"""What a consumer checks before it decides a partition: is this the log that our positions speak of?"""

from collections.abc import Iterable

from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import offsets
from shared.db.offsets import OffsetGapError, Place
from shared.failures import StopServiceError
from shared.kafka.log_ends import LogReader


class Positions:
    """PostgreSQL's positions, held against the broker's logs."""

    def __init__(self, engine: AsyncEngine, cluster: str, reader: LogReader) -> None:
        self._engine = engine
        self._cluster = cluster
        self._reader = reader

    async def take_over(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset from which each of `places` is to be decided; new ones begin where their log does.

        Raises:
            StopServiceError: a log ends before our position, or our positions belong to another cluster.
        """
        assigned = sorted(places)
        starts, ends = await self._reader.starts(assigned), await self._reader.ends(assigned)
        async with self._engine.begin() as tx:
            topics = sorted({place.topic for place in assigned})
            known = await offsets.positions(tx, self._cluster)
            if not known:
                _same_cluster(self._cluster, await offsets.other_clusters(tx, self._cluster, topics))
            await offsets.adopt(tx, {self._place(place): starts[place] for place in assigned})
        following = {place: known.get(self._place(place), starts[place]) for place in assigned}
        for place in assigned:
            check_log_holds(place, following[place], ends[place])
        return following

    async def confirm_gap(self, gap: OffsetGapError) -> str:
        """Ask the broker what lies between `gap.expected` and `gap.found`.

        Raises:
            OffsetGapError: records that the client did not hand over.
        """
        place = TopicPartition(gap.place.topic, gap.place.partition)
        if (await self._reader.starts([place]))[place] > gap.expected:
            return "retention_loss"
        first = await self._reader.first_record_from(place, gap.expected)
        if first is None or first < gap.found:
            raise gap
        return "control_record"

    def _place(self, place: TopicPartition) -> Place:
        return Place(self._cluster, place.topic, place.partition)


def _same_cluster(cluster: str, others: list[str]) -> None:
    if others:
        raise StopServiceError(
            f"could not start: the positions in the database belong to Kafka cluster {', '.join(others)}, and "
            f"KEEPLINE_KAFKA leads to {cluster}. Point it back, or, if the move is meant, delete the old rows of "
            "consumer_offset: the inbox keeps what was decided before from being decided again"
        )


def check_log_holds(place: TopicPartition, following: int, end: int) -> None:
    """Stop where a log ends before our position.

    Raises:
        StopServiceError: it does.
    """
    if end < following:
        raise StopServiceError(
            f"could not start: {place.topic}/{place.partition} ends at offset {end}, and offset {following - 1} was "
            "decided already. The broker lost data or was restored from a backup: restore its log, or set the row of "
            "consumer_offset to the log's end and replay the difference from the source"
        )
