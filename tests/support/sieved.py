"""Tests of the sieve on a real log: publish to the end of some days, wait for checkpoints, compare what was heard."""

from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from shared.events.call_detail_record import TOPIC, CallDetailRecord
from shared.events.signal_heard import SignalHeard
from shared.settings import Settings
from tests.support.cdrs import end_of_time
from tests.support.running import begin_now, begin_sieve, publish, until
from tests.support.said import Marks
from tests.support.tables import Tables

POSITION = "SELECT sum(next_offset)::bigint FROM warning.sieve_checkpoint"


async def begun(settings: Settings) -> Marks:
    """Have the sieve begin at the present ends of the logs, and return these."""
    marks = await begin_now(settings, [])
    await begin_sieve(settings, marks)
    return marks


async def publish_to_the_end(producer: AIOKafkaProducer, cdrs: Sequence[CallDetailRecord], settings: Settings) -> None:
    """Publish `cdrs`, and behind them what ends their days in every partition."""
    for start in range(0, len(cdrs), 2_000):
        await publish(producer, cdrs[start : start + 2_000])
    await publish(producer, end_of_time(cdrs[-1].occurred_at, settings.partitions_max))


async def until_checkpointed(tables: Tables, marks: Marks, count: int) -> None:
    """Wait until so many CDRs of the test lie before the checkpoints."""
    begun = sum(offset for place, offset in marks.items() if place.topic == TOPIC.name)

    async def there() -> bool:
        taken: int = await tables.one(POSITION) - begun
        return taken == count

    await until(there, what=f"a checkpoint behind {count} CDRs")


def facts(signals: Sequence[SignalHeard]) -> set[tuple[str, str, str, object]]:
    return {(event.kind, event.msisdn, event.peer, event.occurred_at) for event in signals}
