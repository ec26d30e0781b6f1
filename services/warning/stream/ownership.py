"""Whose partitions are whose: a lot is taken over from its checkpoint, and written back when it goes elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from services.warning.storage import checkpoints
from services.warning.storage.checkpoints import Saved
from shared import log
from shared.db.offsets import Place
from shared.kafka.assignment import check_log_holds
from shared.station import Station

logger = log.get(__name__)


class Ownership(ConsumerRebalanceListener):
    """The lots of the partitions that the group has given to this process."""

    def __init__(self, station: Station, client: AIOKafkaConsumer, write_back: Callable[[], Awaitable[None]]) -> None:
        self._station = station
        self._client = client
        self._write_back = write_back
        self.lots: dict[TopicPartition, Saved] = {}
        self.failure: Exception | None = None
        """aiokafka swallows what a listener raises; whoever fetches next must raise it."""
        self.assigned = False
        self.settled = asyncio.Event()
        """Set while there is something to go by: lots, or a failure. What is fetched before is fetched in vain."""
        self.generation = 0
        """Grows whenever the lots become others: what was fetched for the old ones is not for the new ones."""

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Write back what can be, so that the next owner has little to read again."""
        self.assigned = False
        self.settled.clear()
        try:
            await self._write_back()
        except Exception as failure:
            logger.warning("checkpoint not written at a rebalance", error=repr(failure)[:300])
        self.lots.clear()
        self.generation += 1

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Take over from the last checkpoints, and fence whoever wrote them."""
        try:
            for place in sorted(assigned):
                self.lots[place] = await self._taken_over(place)
            self.generation += 1
            self.seek()
            self.assigned = True
        except Exception as failure:
            self.failure = failure
        self.settled.set()

    async def _taken_over(self, place: TopicPartition) -> Saved:
        reader = self._station.reader
        start, end = (await reader.starts([place]))[place], (await reader.ends([place]))[place]
        async with self._station.stream.begin() as tx:
            saved = await checkpoints.take_over(tx, self.place(place), start)
        check_log_holds(place, saved.lot.next_offset, end)
        return saved

    def seek(self) -> None:
        """Have every lot's records fetched from where the lot stands."""
        for place, saved in self.lots.items():
            self._client.seek(place, saved.lot.next_offset)

    def replace(self, place: TopicPartition, lot: Saved, successor: Saved | None) -> None:
        """Put `successor` in the place of `lot`; where another took over meanwhile, that one stays."""
        if self.lots.get(place) is not lot:
            return
        if successor:
            self.lots[place] = successor
        else:
            del self.lots[place]

    def place(self, place: TopicPartition) -> Place:
        """Return a partition as the database knows it."""
        return Place(self._station.cluster, place.topic, place.partition)
