"""The sieve's loop: fetch, read, tally, say, and checkpoint; a crash rewinds to the last checkpoint.

It needs no outbox: what it says has ids derived from the CDRs, so that what is said twice is the same, and is absorbed
downstream. It says first and checkpoints after, so nothing is left unsaid.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from services.warning.domain.operators import Network
from services.warning.domain.sieve import cdr
from services.warning.domain.sieve.networks import Lateness, Sieving
from services.warning.storage import checkpoints, ported_numbers
from services.warning.storage.checkpoints import FencedError, Saved
from services.warning.stream.bare_records import BareRecord, bare, whole
from services.warning.stream.ownership import Ownership
from services.warning.stream.saying import Saying
from shared import log, metrics
from shared.brake import Brake
from shared.clock import monotonic, system_now
from shared.codec import CE_TYPE
from shared.db import dead_letters
from shared.events.call_detail_record import TOPIC
from shared.kafka.records import record_of
from shared.policy import EVERYWHERE
from shared.station import Station
from shared.steady import Steadily
from shared.topic import Event, Topic

logger = log.get(__name__)

BATCH = 20_000
FETCH_MS = 100
FETCH_BYTES = 4_000_000
CHECKPOINT_S = 5.0
KNOWLEDGE_S = 5.0
USAGE_DAYS_A_PASS = 1_500
"""Days are told in slices between batches, so that they never delay a signal."""


class Sieve:
    """One member of the sieve's group."""

    consumer = "sieve"
    topics: tuple[Topic[Event], ...] = (TOPIC,)

    def __init__(self, station: Station) -> None:
        settings = station.settings
        self._station = station
        self._undertaker = station.undertaker(self.consumer)
        self._brake = Brake()
        self._sieving = Sieving(Network(), {}, Lateness())
        self._others_s = 0.0
        self._checkpointed_at = monotonic()
        self._telling = False
        self._writing = asyncio.Lock()
        self._saying = Saying(settings)
        self._client = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            group_id=self.consumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_MS,
            key_deserializer=bare,
        )
        self._own = Ownership(station, self._client, self._checkpoint)
        self.knowledge = Steadily(self._learn, KNOWLEDGE_S)

    @property
    def assigned(self) -> bool:
        """Tell whether the group has given this member its share, be it empty."""
        return self._own.assigned

    async def run(self) -> None:
        """Sieve until cancelled.

        Raises:
            StopServiceError: a person must mend something first.
        """
        await self._learn()
        await self._saying.start()
        await self._client.start()
        try:
            self._client.subscribe([TOPIC.name], listener=self._own)
            while True:
                await self._pass()
        finally:
            await self._client.stop()
            await self._saying.stop()

    async def _learn(self) -> None:
        """Read policy, porting table and how far the other partitions are again."""
        await self._station.policies.refresh()
        async with self._station.stream.connect() as tx:
            ported = await ported_numbers.everything(tx)
            self._others_s = await checkpoints.latest_s(tx, self._station.cluster)
        self._sieving = replace(self._sieving, ported=ported)
        self._obey()

    def _obey(self) -> None:
        """Take up what is in force now; the station follows the book, and its versions have moments."""
        book, now = self._station.policies.book, system_now()
        network = book.resolve("warning.network", Network(), EVERYWHERE, now).value
        lateness = book.resolve("warning.lateness", Lateness(), EVERYWHERE, now).value
        if (network, lateness) != (self._sieving.network, self._sieving.lateness):
            self._sieving = replace(self._sieving, network=network, lateness=lateness)

    async def _pass(self) -> None:
        self._obey()
        await self._own.settled.wait()
        generation = self._own.generation
        fetched = await self._client.getmany(timeout_ms=1 if self._telling else FETCH_MS, max_records=BATCH)
        if self._own.failure:
            raise self._own.failure
        for place, records in fetched.items():
            if not self._own.assigned or self._own.generation != generation:
                # Fetched for lots that are no longer ours: the new ones begin elsewhere.
                self._own.seek()
                break
            if place in self._own.lots:
                await self._take(place, records)
                # A turn for the client: what comes next is to be asked for while the rest is worked on.
                await asyncio.sleep(0)
        due = not (fetched or self._telling) or monotonic() - self._checkpointed_at >= CHECKPOINT_S
        self._telling = await self._tell(due)
        if due:
            await self._checkpoint()

    async def _take(self, place: TopicPartition, records: Sequence[BareRecord]) -> None:
        saved = self._own.lots[place]
        read = cdr.read([record.value for record in records], [_type_of(record) for record in records])
        self._brake.count(len(records), len(read.refused), monotonic())
        lot, before = saved.lot, (len(saved.lot.late), saved.lot.corrected, saved.lot.repeated)
        heard = lot.take(read.cdrs, records[-1].offset + 1, self._sieving)
        saved.heard_at = monotonic()
        metrics.SIEVE_LATE.inc(len(lot.late) - before[0])
        metrics.SIEVE_CORRECTED.inc(lot.corrected - before[1])
        metrics.SIEVE_REPEATED.inc(lot.repeated - before[2])
        for at, refusal in read.refused:
            record = record_of(whole(place, records[at]), records[at].timestamp)
            saved.letters.append(self._undertaker.letter(record, refusal.reason, refusal.detail))
        self._check_place(place, records[0])
        metrics.SIEVE_RECORDS.inc(len(records))
        for signal in heard:
            metrics.SIEVE_SIGNALS.labels(signal.kind).inc()
        await self._saying.say(heard)

    async def _tell(self, due: bool) -> bool:
        """Say a slice of the days that are over; where it is `due`, of those too that have changed since.

        Corrections wait for a checkpoint, so that a number whose CDRs come late one after the other has few versions.
        """
        told = False
        for place, saved in list(self._own.lots.items()):
            saved.lot.close(self._sieving.lateness, await self._borrowed_time(place, saved))
            if due:
                saved.lot.mend()
            days = saved.lot.tell(USAGE_DAYS_A_PASS, self._sieving)
            await self._saying.say_days(days)
            saved.lot.forget(self._sieving.lateness)
            told |= bool(days)
        return told

    async def _borrowed_time(self, place: TopicPartition, saved: Saved) -> float:
        """Return the latest event time of all partitions where this one stands still at its end; else 0.0."""
        silent = monotonic() - saved.heard_at >= self._sieving.lateness.idle_s
        end = self._client.highwater(place)
        if not silent or end is None or not saved.lot.days:
            return 0.0
        return self._others_s if await self._client.position(place) >= end else 0.0

    async def _checkpoint(self) -> None:
        """Write down how far each changed lot is, once all that was said so far is acknowledged."""
        # A rebalance writes back while the loop may be at it: what is new of a lot is taken from it once only.
        async with self._writing:
            await self._saying.acknowledged()
            started = monotonic()
            for place, saved in list(self._own.lots.items()):
                if checkpoints.how_far(saved.lot) != saved.written:
                    await self._write(place, saved)
        self._checkpointed_at = monotonic()
        metrics.SIEVE_CHECKPOINT_SECONDS.observe(self._checkpointed_at - started)

    async def _write(self, place: TopicPartition, saved: Saved) -> None:
        try:
            async with self._station.stream.begin() as tx:
                await dead_letters.bury(tx, self._station.cluster, saved.letters)
                kept = await checkpoints.save(tx, self._own.place(place), saved)
            self._own.replace(place, saved, kept)
        except FencedError as fenced:
            logger.warning("lot given up", why=str(fenced))
            self._own.replace(place, saved, None)
            return
        await self._saying.say(saved.letters)

    def _check_place(self, place: TopicPartition, record: BareRecord) -> None:
        """Check one record of a batch: a producer with another partitioner scatters a number over partitions."""
        partitions = self._client.partitions_for_topic(TOPIC.name)
        if record.key is None or not partitions:
            return
        if (murmur2(record.key) & 0x7FFFFFFF) % len(partitions) != place.partition:
            metrics.SIEVE_MISPLACED.inc()
            logger.error("a CDR lies in another partition than murmur2 of its key says", partition=place.partition)


def _type_of(record: BareRecord) -> str | None:
    if not record.headers:
        return None
    return next((value.decode("utf-8", "replace") for name, value in record.headers if name == CE_TYPE), None)
