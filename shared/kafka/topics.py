"""The topics on the broker, made from the catalogue; `auto.create.topics` stays off."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from shared.catalogue import topics
from shared.settings import Settings
from shared.topic import Event, Topic

DAY_MS = 86_400_000
ALREADY_EXISTS = 36


async def create_topics(settings: Settings) -> list[str]:
    """Make each topic of the catalogue that the broker lacks; return the names of those made.

    Raises:
        aiokafka.errors.KafkaError: the broker refused one for another reason than that it exists.
    """
    wanted = [_new_topic(topic, settings) for topic in topics().values()]
    async with _admin(settings) as admin:
        answer = await admin.create_topics(wanted)
    return [name for name, code, *_ in answer.topic_errors if _made(name, code)]


def _new_topic(topic: Topic[Event], settings: Settings) -> NewTopic:
    return NewTopic(
        name=topic.name,
        num_partitions=min(topic.partitions, settings.partitions_max),
        replication_factor=settings.replication,
        topic_configs={
            "retention.ms": str(topic.retention_days * DAY_MS),
            # Kept from arrival on: by the sender's time, history loaded on the first day would be deleted at once.
            "message.timestamp.type": "LogAppendTime",
        },
    )


def _made(name: str, code: int) -> bool:
    if code not in (0, ALREADY_EXISTS):
        raise for_code(code)(f"could not make topic {name}")
    return code == 0


async def cluster_id(settings: Settings) -> str:
    """Return the broker's cluster id: positions are remembered under it."""
    async with _admin(settings) as admin:
        described: dict[str, str] = await admin.describe_cluster()
    return described["cluster_id"]


async def partitions(settings: Settings, names: Iterable[str]) -> list[TopicPartition]:
    """Return all partitions of the topics `names`; a topic that the broker lacks has none."""
    async with _admin(settings) as admin:
        described = await admin.describe_topics(sorted(names))
    return sorted(
        TopicPartition(topic["topic"], each["partition"]) for topic in described for each in topic["partitions"]
    )


@asynccontextmanager
async def _admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
