"""What stands in Kafka's logs behind a mark: what the services have said since."""

from collections.abc import Mapping
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared import codec
from shared.catalogue import topic_of
from shared.kafka.topics import partitions
from shared.settings import Settings
from shared.topic import Event, of_kind

E = TypeVar("E", bound=Event)
Marks = Mapping[TopicPartition, int]
"""Offsets of partitions, as `begin_now` returns them."""


async def records(settings: Settings, since: Marks, topic: str) -> list["ConsumerRecord[bytes, bytes]"]:
    """Return the records of `topic` behind `since`, partition by partition, up to the ends that the logs have now."""
    client = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
    )
    await client.start()
    try:
        places = await partitions(settings, [topic])
        client.assign(places)
        ends = await client.end_offsets(places)
        for place in places:
            client.seek(place, since[place])
        found: list[ConsumerRecord[bytes, bytes]] = []
        # The position passes over control records, which are not handed out.
        while [place for place in places if await client.position(place) < ends[place]]:
            for fetched in (await client.getmany(timeout_ms=100)).values():
                found.extend(fetched)
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await client.stop()


async def said(settings: Settings, since: Marks, kind: type[E]) -> list[E]:
    """Return the events of `kind` that were published behind `since`."""
    topic = topic_of(kind)
    found = [codec.decode(topic, record.value) for record in await records(settings, since, topic.name)]
    return of_kind(kind, found)
