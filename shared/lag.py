"""Lag as ops want it: records that wait, and how old the oldest of them is."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiokafka import TopicPartition

from shared import metrics
from shared.clock import system_now
from shared.db.offsets import Place
from shared.kafka.log_ends import LogReader
from shared.steady import Steadily
from shared.topic import Event, Topic
from shared.watchdog import Watchdog

LOOK_S = 2.0
SAMPLE = 8
"""Partitions asked for the age of their oldest record at each look; with more behind, any eight of them tell enough."""


class Listening(Protocol):
    """Whose lag it is."""

    @property
    def consumer(self) -> str:
        """Return the name of the consumer group."""
        ...

    @property
    def topics(self) -> tuple[Topic[Event], ...]:
        """Return what it hears."""
        ...


class LagWatch:
    """Compares PostgreSQL's positions with the ends of the logs, for the metrics and the watchdog."""

    def __init__(
        self, positions: Callable[[], Awaitable[dict[Place, int]]], hearing: Listening, reader: LogReader
    ) -> None:
        self._positions = positions
        self._hearing = hearing
        self._reader = reader
        self._last: dict[TopicPartition, int] = {}

    async def run(self, watchdog: Watchdog) -> None:
        """Look every two seconds until cancelled."""
        await Steadily(lambda: self._look(watchdog), LOOK_S).run()

    async def _look(self, watchdog: Watchdog) -> None:
        waiting = await self.waiting()
        moved = {place: position for place, (position, _) in waiting.items()}
        since = await self._since(waiting)
        lag = Counter({topic.name: 0 for topic in self._hearing.topics})
        for place, (position, end) in waiting.items():
            # Behind the last record a transaction leaves a marker, for which nobody waits.
            if since.get(place, 0.0) is not None:
                lag[place.topic] += max(end - position, 0)
        for topic, count in lag.items():
            metrics.LAG.labels(self._hearing.consumer, topic).set(count)
        known = [time for time in since.values() if time is not None]
        oldest_s = max(system_now().timestamp() - min(known), 0.0) if known else 0.0
        metrics.OLDEST_SECONDS.labels(self._hearing.consumer).set(oldest_s)
        watchdog.progress(lag=lag.total(), moved=moved != self._last)
        self._last = moved

    async def waiting(self) -> dict[TopicPartition, tuple[int, int]]:
        """Return position and end of each partition that this stage has taken over."""
        names = {topic.name for topic in self._hearing.topics}
        known = await self._positions()
        mine = {TopicPartition(p.topic, p.partition): at for p, at in known.items() if p.topic in names}
        ends = await self._reader.ends(mine)
        return {place: (position, ends[place]) for place, position in mine.items()}

    async def _since(self, waiting: dict[TopicPartition, tuple[int, int]]) -> dict[TopicPartition, float | None]:
        """Return since when the oldest record of some partitions waits; None: no record stands there."""
        behind = [(place, position) for place, (position, end) in sorted(waiting.items()) if end > position]
        return {place: await self._reader.time_at(place, position) for place, position in behind[:SAMPLE]}
