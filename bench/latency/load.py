"""`python -m bench.latency.load RATE`: publishes so many CDRs a second, steadily, until told to stop.

They happen now, to numbers that nobody holds; as many of them are signals as in the simulated operator's days. Those
reach the rules, and wait there for a holder.
"""

import asyncio
import sys
from collections.abc import Sequence
from itertools import islice
from time import perf_counter

import uvloop
from aiokafka import AIOKafkaProducer
from msgspec import structs

from bench.sieve.traffic import Plan, cdrs
from services.warning.domain.sieve.partitions import partitions_of
from shared import codec
from shared.clock import system_now
from shared.events.call_detail_record import TOPIC, CallDetailRecord
from shared.kafka.producer import new_producer
from shared.settings import Settings

TICK_S = 0.02
BATCH_BYTES = 1_000_000
PLAN = Plan(cdrs=4_000_000, subscribers=50_000, days=2, seed=11, telling_share=0.0003)


async def publish(settings: Settings, rate: int) -> None:
    """Publish until cancelled; a late tick sends what is due by then, so that the rate holds."""
    producer: AIOKafkaProducer = new_producer(settings, batch_bytes=BATCH_BYTES)
    await producer.start()
    records, began, sent = cdrs(PLAN), perf_counter(), 0
    try:
        while True:
            due = int((perf_counter() - began) * rate)
            await _send(producer, list(islice(records, due - sent)))
            sent = due
            await asyncio.sleep(TICK_S)
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, records: Sequence[CallDetailRecord]) -> None:
    """Send `records` in a batch for each partition: the load is to cost this machine as little as may be."""
    now, count = system_now(), len(await producer.partitions_for(TOPIC.name))
    batches = [producer.create_batch() for _ in range(count)]
    keys = [TOPIC.key_of(cdr).encode() for cdr in records]
    for partition, key, cdr in zip(partitions_of(keys, count).tolist(), keys, records, strict=True):
        value = codec.encode(structs.replace(cdr, occurred_at=now))
        batches[partition].append(timestamp=None, key=key, value=value)
    for partition, batch in enumerate(batches):
        if batch.record_count():
            await producer.send_batch(batch, TOPIC.name, partition=partition)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(publish(Settings(), int(sys.argv[1])))
