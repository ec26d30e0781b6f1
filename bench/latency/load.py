"""`python -m bench.latency.load RATE`: publishes so many CDRs a second, steadily, until told to stop.

They happen now, and to numbers that nobody holds: the signals among them reach the rules and wait there.
"""

import asyncio
import sys
from collections.abc import Iterator
from time import perf_counter

import uvloop
from aiokafka import AIOKafkaProducer
from msgspec import structs

from bench.sieve.traffic import Plan, cdrs
from shared import codec
from shared.clock import system_now
from shared.events.call_detail_record import TOPIC, CallDetailRecord
from shared.kafka.producer import new_producer
from shared.settings import Settings

TICK_S = 0.02
PLAN = Plan(cdrs=4_000_000, subscribers=50_000, days=2, seed=11)


async def publish(settings: Settings, rate: int) -> None:
    """Publish until cancelled; a late tick sends what is due by then, so that the rate holds."""
    producer: AIOKafkaProducer = new_producer(settings, linger_ms=5)
    await producer.start()
    records, began, sent = cdrs(PLAN), perf_counter(), 0
    try:
        while True:
            due = int((perf_counter() - began) * rate)
            await _send(producer, records, due - sent)
            sent = due
            await asyncio.sleep(TICK_S)
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, records: Iterator[CallDetailRecord], count: int) -> None:
    now = system_now()
    for _ in range(count):
        cdr = structs.replace(next(records), occurred_at=now)
        await producer.send(TOPIC.name, key=TOPIC.key_of(cdr).encode(), value=codec.encode(cdr))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(publish(Settings(), int(sys.argv[1])))
