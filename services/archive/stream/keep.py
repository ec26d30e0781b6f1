"""Keeps every record as it came: buffered for some seconds, then written as one segment of all partitions."""

import asyncio
from collections import defaultdict
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.archive.domain.segment import segment
from services.archive.storage import manifest
from shared import log, metrics
from shared.arrival import Record
from shared.catalogue import topics
from shared.clock import monotonic
from shared.db.offsets import OffsetGapError
from shared.kafka.consumer import Takeover
from shared.kafka.records import record_of
from shared.runner import runs
from shared.station import Station
from shared.topic import Event, Topic

logger = log.get(__name__)

FETCH_MS = 500
BATCH = 5_000
RECORDS_MAX = 50_000
AGE_S = 5.0
"""A segment is written when so many records are buffered, or the oldest has waited so long."""
RETRY_S = 1.0


class Archive:
    """One member of the archive's group."""

    consumer = "archive"
    topics: tuple[Topic[Event], ...] = tuple(topic for topic in topics().values() if topic.archived)

    def __init__(self, station: Station) -> None:
        settings = station.settings
        self._station = station
        self._folder = Path(settings.archive_dir)
        self._buffered: dict[TopicPartition, list[Record]] = defaultdict(list)
        self._buffered_since: float | None = None
        self._client = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            group_id=self.consumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
        )
        self._takeover = Takeover(station.positions, self._client, self._forget)

    @property
    def assigned(self) -> bool:
        """Tell whether the group has given this member its share, be it empty."""
        return self._takeover.assigned.is_set()

    async def run(self) -> None:
        """Archive until cancelled."""
        await self._clean()
        await self._client.start()
        try:
            self._client.subscribe([topic.name for topic in self.topics], listener=self._takeover)
            while True:
                await self._pass()
        finally:
            await self._client.stop()

    async def _clean(self) -> None:
        """Delete segments that were written and not entered, unless one is being written; they harm nobody."""
        async with self._station.stream.begin() as tx:
            if await manifest.nobody_writes(tx):
                for name in manifest.on_disk(self._folder) - await manifest.known_segments(tx):
                    manifest.remove(self._folder, name)

    async def _pass(self) -> None:
        fetched = await self._client.getmany(timeout_ms=FETCH_MS, max_records=BATCH)
        for place, records in fetched.items() if self._takeover.complete() else ():
            self._buffered[place].extend(record_of(record, record.timestamp) for record in records)
            self._buffered_since = self._buffered_since or monotonic()
        if self._due():
            await self._write()

    def _due(self) -> bool:
        waited = monotonic() - self._buffered_since if self._buffered_since else 0.0
        return waited >= AGE_S or sum(map(len, self._buffered.values())) >= RECORDS_MAX

    async def _write(self) -> None:
        all_read = {(place.topic, place.partition): records for place, records in self._buffered.items() if records}
        buffered = {place: next(runs(records)) for place, records in all_read.items()}
        self._forget()
        made = segment(self._station.cluster, buffered)
        try:
            async with self._station.stream.begin() as tx:
                await manifest.writing(tx)
                await asyncio.to_thread(manifest.write, self._folder, made)
                await manifest.enter(tx, made)
        except Exception as failure:
            await self._take_back(failure)
            return
        if buffered != all_read:
            # What stands behind a jump is read again, and by then the broker is asked about the jump.
            await self._takeover.on_partitions_assigned(self._client.assignment())
        for (topic, _), records in buffered.items():
            metrics.EVENTS.labels(self.consumer, topic, "decided").inc(len(records))

    def _forget(self) -> None:
        """Begin a new buffer: what stood in the old one is written, or will be read again."""
        self._buffered, self._buffered_since = defaultdict(list), None

    async def _take_back(self, failure: Exception) -> None:
        """After a failure read again from the positions in the database, which know whether the segment counts."""
        logger.warning("segment not kept, reading again", error=repr(failure)[:300])
        if isinstance(failure, OffsetGapError):
            await self._station.pass_gap(self.consumer, failure)
        else:
            await asyncio.sleep(RETRY_S)
        await self._clean()
        await self._takeover.on_partitions_assigned(self._client.assignment())
