"""The plain consumer: it fetches, the runner decides, PostgreSQL's positions say where to begin."""

import asyncio
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared import log
from shared.clock import monotonic
from shared.db.offsets import OffsetGapError
from shared.kafka.assignment import Positions
from shared.kafka.records import record_of
from shared.runner import Shell
from shared.settings import Settings

logger = log.get(__name__)

BATCH = 500
FETCH_MS = 250
COMMIT_EVERY_S = 1.0


class Takeover(ConsumerRebalanceListener):
    """Seeks newly assigned partitions to PostgreSQL's positions.

    aiokafka swallows what a listener raises, so a failure is kept and ends the loop. `begun` is told whenever reading
    begins anew.
    """

    def __init__(
        self, positions: Positions, client: AIOKafkaConsumer, begun: Callable[[], None] = lambda: None
    ) -> None:
        self._positions = positions
        self._client = client
        self._begun = begun
        self.failure: Exception | None = None
        self.assigned = asyncio.Event()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to hand back: whoever comes next reads the same positions."""
        self.assigned.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin each partition where it is to be decided next."""
        try:
            for place, offset in (await self._positions.take_over(assigned)).items():
                self._client.seek(place, offset)
            self._begun()
            self.assigned.set()
        except Exception as failure:
            self.failure = failure

    def complete(self) -> bool:
        """Tell whether what was fetched lies behind our positions; before, the client fetches from where it likes.

        Raises:
            Exception: what went wrong in taking over, which aiokafka has swallowed.
        """
        if self.failure:
            raise self.failure
        return self.assigned.is_set()


class Consumer:
    """One member of a consumer group, deciding through `runner`."""

    def __init__(self, settings: Settings, runner: Shell, positions: Positions, batch: int = BATCH) -> None:
        self._runner = runner
        self._batch = batch
        self._committed_at = 0.0
        self._to_commit: dict[TopicPartition, int] = {}
        self._client = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            group_id=runner.hearing.consumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
            fetch_max_wait_ms=FETCH_MS,
        )
        self._takeover = Takeover(positions, self._client)

    @property
    def assigned(self) -> bool:
        """Tell whether the group has given this member its share, be it empty."""
        return self._takeover.assigned.is_set()

    async def run(self) -> None:
        """Fetch and decide until cancelled.

        Raises:
            StopServiceError: a person must mend something first.
        """
        topics = [name for topic in self._runner.hearing.topics for name in (topic.name, *topic.upcasters)]
        await self._client.start()
        try:
            self._client.subscribe(topics, listener=self._takeover)
            while True:
                await self._pass()
        finally:
            await self._client.stop()

    async def _pass(self) -> None:
        fetched = await self._client.getmany(timeout_ms=FETCH_MS, max_records=self._batch)
        for place, records in fetched.items() if self._takeover.complete() else ():
            try:
                await self._runner.process([record_of(record, record.timestamp) for record in records])
                self._to_commit[place] = records[-1].offset + 1
            except OffsetGapError as gap:
                await self._seek_back(place, gap)
        if self._to_commit and monotonic() - self._committed_at >= COMMIT_EVERY_S:
            await self._commit()

    async def _seek_back(self, place: TopicPartition, gap: OffsetGapError) -> None:
        logger.warning("records were left out by the client, seeking back", detail=str(gap))
        if place in self._client.assignment():
            self._client.seek(place, gap.expected)

    async def _commit(self) -> None:
        """Tell Kafka how far we are; a hint for people who watch lag, so a failure is no harm."""
        mine = self._client.assignment()
        hint = {place: offset for place, offset in self._to_commit.items() if place in mine}
        self._to_commit, self._committed_at = {}, monotonic()
        try:
            await self._client.commit(hint)
        except (CommitFailedError, IllegalStateError, KafkaError) as error:
            logger.info("offsets not committed to kafka", error=repr(error)[:200])
