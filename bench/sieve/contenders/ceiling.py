"""The client alone: every record is fetched as the sieve fetches it, and none is looked at."""

import asyncio

import uvloop
from aiokafka import AIOKafkaConsumer

from bench.sieve.contenders.job import Job, Result, Stopwatch, answer, job
from services.warning.stream.sieve import BATCH, FETCH_BYTES, FETCH_MS


async def fetch(told: Job) -> Result:
    """Fetch the whole topic, and return how long it took."""
    watch = Stopwatch()
    client = AIOKafkaConsumer(
        told.topic,
        bootstrap_servers=told.kafka,
        group_id=told.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=FETCH_MS,
    )
    async with client:
        while watch.records < told.records:
            fetched = await client.getmany(timeout_ms=FETCH_MS, max_records=BATCH)
            if fetched:
                watch.begin()
            watch.records += sum(map(len, fetched.values()))
    return watch.stop()


def main() -> None:
    """Fetch, and answer."""
    told = job()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answer(told, runner.run(fetch(told)))


if __name__ == "__main__":
    main()
