"""The benchmark's side of Kafka: it publishes the records, and reads what was said about them."""

import asyncio
from collections.abc import Iterable, Mapping
from itertools import islice

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.servers import PARTITIONS
from bench.sieve.outputs import Outputs
from shared import codec
from shared.events.call_detail_record import TOPIC as CDRS
from shared.events.call_detail_record import CallDetailRecord
from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay
from shared.kafka.producer import new_producer
from shared.kafka.topics import partitions
from shared.settings import Settings

KEPT_FOR_EVER = {"retention.ms": "-1"}
"""A contender may stamp what it says with the time of the event: by that time the broker would delete it as too old."""
LOOK_S, LOOKS = 0.05, 1_200
UNDER_WAY = 5_000
"""Records sent before their acknowledgements are waited for."""


async def make_topics(settings: Settings, names: Iterable[str]) -> None:
    """Make topics with as many partitions as the CDRs' one, and wait until the broker knows them."""
    wanted = [
        NewTopic(name, num_partitions=PARTITIONS, replication_factor=1, topic_configs=KEPT_FOR_EVER) for name in names
    ]
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.create_topics(wanted)
        for _ in range(LOOKS):
            if len(await partitions(settings, [topic.name for topic in wanted])) == PARTITIONS * len(wanted):
                return
            await asyncio.sleep(LOOK_S)
        raise RuntimeError(f"the broker made no topics {', '.join(topic.name for topic in wanted)}")
    finally:
        await admin.close()


async def publish(settings: Settings, cdrs: Iterable[CallDetailRecord], topic: str) -> None:
    """Publish `cdrs` on `topic`, in JSON and under their numbers, as the network does it."""
    producer = new_producer(settings, linger_ms=20)
    await producer.start()
    left = iter(cdrs)
    try:
        while part := list(islice(left, UNDER_WAY)):
            records = [(CDRS.key_of(cdr).encode(), codec.encode(cdr)) for cdr in part]
            await asyncio.gather(*[await producer.send(topic, key=key, value=value) for key, value in records])
    finally:
        await producer.stop()


async def said(
    settings: Settings, signals: str, days: str, since: Mapping[TopicPartition, int] | None = None
) -> Outputs:
    """Return what was said on the topics `signals` and `days` behind `since`; None: from their beginnings."""
    kinds: dict[str, type[SignalHeard | UsageDay]] = {signals: SignalHeard, days: UsageDay}
    outputs = Outputs()
    async with AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, isolation_level="read_committed"
    ) as reader:
        until = await reader.end_offsets(await partitions(settings, (signals, days)))
        reader.assign(list(until))
        for place in until:
            reader.seek(place, (since or {}).get(place, 0))
        while [place for place, end in until.items() if await reader.position(place) < end]:
            for place, records in (await reader.getmany(timeout_ms=1_000)).items():
                outputs.hear([msgspec.json.decode(record.value, type=kinds[place.topic]) for record in records])
    return outputs
