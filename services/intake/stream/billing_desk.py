"""Billing's ear: the requests for top-ups and fulfilments, read from where the simulation stood last."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.intake.domain.simulator import billing
from services.intake.domain.simulator.world import Scene
from shared import codec
from shared.catalogue import topic_of
from shared.events.fulfilment_requested import FulfilmentRequested
from shared.events.top_up_requested import TopUpRequested
from shared.kafka.topics import partitions
from shared.settings import Settings

HEARD = {topic.name: topic for topic in (topic_of(TopUpRequested), topic_of(FulfilmentRequested))}
FETCH_MS = 50


class BillingDesk:
    """A consumer of no group: how far it has read is the scene's to remember."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka, enable_auto_commit=False, fetch_max_wait_ms=FETCH_MS
        )

    async def start(self) -> None:
        """Connect to all partitions of the requests."""
        await self._client.start()
        self._client.assign(await partitions(self._settings, HEARD))

    async def stop(self) -> None:
        """Let go."""
        await self._client.stop()

    async def read(self, scene: Scene) -> None:
        """Take in every request that was made since the last time."""
        ends = await self._client.end_offsets(list(self._client.assignment()))
        for place in ends:
            self._client.seek(place, scene.heard_offsets.get(_name(place), 0))
        while any(scene.heard_offsets.get(_name(place), 0) < end for place, end in ends.items()):
            fetched = await self._client.getmany(timeout_ms=FETCH_MS)
            for place, records in fetched.items():
                for record in records:
                    billing.owe(scene, codec.decode(HEARD[place.topic], record.value))
                scene.heard_offsets[_name(place)] = records[-1].offset + 1


def _name(place: TopicPartition) -> str:
    return f"{place.topic}/{place.partition}"
