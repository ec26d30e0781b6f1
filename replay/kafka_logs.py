"""Everything that stands in Kafka's logs, read from their beginning."""

from collections.abc import AsyncIterator, Iterable

from aiokafka import AIOKafkaConsumer

from shared.arrival import Record
from shared.kafka.records import record_of
from shared.kafka.topics import partitions
from shared.settings import Settings


async def everything(settings: Settings, topics: Iterable[str]) -> AsyncIterator[Record]:
    """Yield every record of `topics`, up to the ends that the logs have now."""
    client = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=4_000_000,
        fetch_max_wait_ms=50,
    )
    await client.start()
    try:
        places = await partitions(settings, topics)
        client.assign(places)
        starts, ends = await client.beginning_offsets(places), await client.end_offsets(places)
        left = {place for place in places if starts[place] < ends[place]}
        for place in places:
            client.seek(place, starts[place])
        while left:
            for place, records in (await client.getmany(timeout_ms=200, max_records=20_000)).items():
                for record in records:
                    yield record_of(record, record.timestamp)
                if records and records[-1].offset + 1 >= ends[place]:
                    left.discard(place)
    finally:
        await client.stop()
