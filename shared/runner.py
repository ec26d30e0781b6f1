"""The shell around every decision, written once: PostgreSQL decides, Kafka delivers.

For each batch of one partition, in one transaction: compare-and-set of the partition's next offset, an inbox row for
each event, the decision, its effects, what it says into the outbox, and what could not be read into the dead letters.
A crash at any point costs time and nothing else.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import codec, log, metrics
from shared.arrival import Arrival, Record
from shared.brake import Brake
from shared.clock import monotonic, system_now
from shared.codec import RefusedRecordError
from shared.db import dead_letters, inbox, offsets, outbox
from shared.db.offsets import OffsetGapError, Place
from shared.events.dead_lettered import DeadLettered
from shared.failures import StopServiceError, transient
from shared.letters import Undertaker
from shared.topic import Event, Topic

logger = log.get(__name__)

BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits between tries in an outage; the last one repeats until it is over."""

ATTEMPTS = 3
"""A record whose decision raises so often is buried: the next one must not wait for a bug."""

Handle = Callable[[AsyncConnection, Sequence[Arrival]], Awaitable[Sequence[Event]]]
"""Takes new events of one partition in order, keeps their effects in the transaction, returns what is to be said."""

PassGap = Callable[[str, OffsetGapError], Awaitable[None]]
"""Has the broker confirm a consumer's gap and goes on behind it; raises it where records are there after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What a consumer hears."""

    consumer: str
    """Name of the consumer group, and in metrics."""
    topics: tuple[Topic[Event], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing(Interest):
    """What a consumer hears, and what it does about it."""

    handle: Handle
    repeatable: bool = False
    """The handler bears an event that comes again: offsets keep repeats out, and no inbox row is written."""
    says: bool = True
    """False: what it says, dead letters at least, is published by another process of the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a runner stands on."""

    engine: AsyncEngine
    cluster: str
    undertaker: Undertaker
    pass_gap: PassGap
    committed: Callable[[], None]
    """Called after each commit: wakes the relay."""


class Shell(ABC):
    """Takes records batch by batch with patience: outages are waited out, a bug costs the record that it strikes at."""

    def __init__(self, hearing: Interest, surroundings: Surroundings) -> None:
        self.hearing = hearing
        self._around = surroundings
        self._topics = {name: topic for topic in hearing.topics for name in (topic.name, *topic.upcasters)}

    async def process(self, records: Sequence[Record]) -> None:
        """Decide `records`, all of one partition and in order; return when that is committed.

        Outages are waited out here, so that the partition waits and nothing is skipped.

        Raises:
            BrakePulledError: too many records are refused.
            OffsetGapError: the client left out records that the broker still has.
        """
        for unbroken in runs(records):
            await self._patiently(unbroken)

    async def _patiently(self, records: Sequence[Record]) -> None:
        outages = bugs = 0
        while True:
            try:
                return await self._decide(records)
            except OffsetGapError as gap:
                await self._around.pass_gap(self.hearing.consumer, gap)
            except StopServiceError:
                raise
            except Exception as error:
                if transient(error):
                    outages += 1
                    await self._wait_out(error, outages)
                    continue
                bugs += 1
                if bugs >= ATTEMPTS or len(records) > 1:
                    return await self._isolate(records, error)

    @abstractmethod
    async def _decide(self, records: Sequence[Record]) -> None:
        """Take `records` in one transaction, those that were taken before left out."""

    async def _isolate(self, records: Sequence[Record], error: Exception) -> None:
        """Decide one by one, so that one record's bug holds up no other; bury the one that keeps failing."""
        if len(records) > 1:
            logger.warning("batch failed, deciding one by one", topic=records[0].topic, error=repr(error))
            for record in records:
                await self._patiently([record])
            return
        logger.error("record buried after a bug", topic=records[0].topic, offset=records[0].offset, exc_info=error)
        await self._bury(records[0], error)

    async def _bury(self, record: Record, error: Exception) -> None:
        place = Place(self._around.cluster, record.topic, record.partition)
        letter = self._around.undertaker.letter(record, "handler_failed", f"{type(error).__name__}: {error}")
        async with self._around.engine.begin() as tx:
            if await offsets.advance(tx, place, record.offset, record.offset + 1) == record.offset:
                await dead_letters.bury(tx, place.cluster, [letter])
                await outbox.put(tx, [letter])
        self._around.committed()

    async def _wait_out(self, error: Exception, tries: int) -> None:
        metrics.RETRIES.labels(self.hearing.consumer).inc()
        wait = BACKOFF_S[min(tries, len(BACKOFF_S)) - 1]
        logger.warning("outage, trying again", wait_s=wait, tries=tries, error=repr(error)[:300])
        await asyncio.sleep(wait)

    def _measure(self, records: Sequence[Record], counts: tuple[int, int, int], started: float) -> None:
        todo, fresh, refused = counts
        consumer, topic = self.hearing.consumer, records[0].topic
        metrics.SUPPRESSED.labels(consumer).inc(len(records) - todo)
        for outcome, count in (
            ("decided", fresh),
            ("repeated", todo - fresh - refused),
            ("refused", refused),
        ):
            metrics.EVENTS.labels(consumer, topic, outcome).inc(count)
        metrics.BATCH_SECONDS.labels(consumer).observe(monotonic() - started)
        age = system_now().timestamp() - records[-1].timestamp_ms / 1000
        metrics.EVENT_AGE_SECONDS.labels(consumer).observe(max(age, 0.0))


class Runner(Shell):
    """Decides records, exactly once in effect however often they are delivered."""

    def __init__(self, hearing: Hearing, surroundings: Surroundings) -> None:
        super().__init__(hearing, surroundings)
        self._repeatable, self._handle = hearing.repeatable, hearing.handle
        self._brake = Brake()

    async def _decide(self, records: Sequence[Record]) -> None:
        started = monotonic()
        place = Place(self._around.cluster, records[0].topic, records[0].partition)
        async with self._around.engine.begin() as tx:
            from_offset = await offsets.advance(tx, place, records[0].offset, records[-1].offset + 1)
            todo = [record for record in records if record.offset >= from_offset]
            arrivals, letters = self._read(todo)
            self._brake.check(len(todo), len(letters), started)
            fresh = arrivals if self._repeatable else await inbox.admit(tx, arrivals)
            said = await self._handle(tx, fresh) if fresh else ()
            await dead_letters.bury(tx, place.cluster, letters)
            await outbox.put(tx, [*said, *letters])
        self._brake.count(len(todo), len(letters), started)
        self._around.committed()
        self._measure(records, (len(todo), len(fresh), len(letters)), started)

    def _read(self, records: Sequence[Record]) -> tuple[list[Arrival], list[DeadLettered]]:
        arrivals: list[Arrival] = []
        letters: list[DeadLettered] = []
        for record in records:
            topic = self._topics[record.topic]
            try:
                event = codec.decode(topic, record.value, record.ce_type)
                codec.check_key(topic, event, record.key)
                arrivals.append(Arrival(event, topic, record.partition, record.offset))
            except RefusedRecordError as refusal:
                letters.append(self._around.undertaker.letter(record, refusal.reason, refusal.detail))
        return arrivals, letters


def runs(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Yield `records` cut wherever an offset does not follow the one before it."""
    start = 0
    for here in range(1, len(records) + 1):
        if here == len(records) or records[here].offset != records[here - 1].offset + 1:
            yield records[start:here]
            start = here
