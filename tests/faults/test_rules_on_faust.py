"""The rules on Faust: it brings records and keeps a worker going; from where on, and what counts, PostgreSQL says."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.stream import ruling
from services.warning.wiring import run_rules
from shared.db.offsets import OffsetGapError
from shared.decision import Decision
from shared.events.warning_noted import WarningNoted
from shared.kafka.topics import partitions
from shared.runner import ATTEMPTS
from shared.settings import Settings
from shared.topic import SubscriberEvent
from tests.support.builders import at, customer, forwarding, subscription
from tests.support.running import begin_now, producing, publish, running, started, until
from tests.support.said import Marks, said
from tests.support.tables import Tables

pytestmark = pytest.mark.faults

NUMBERS = [f"+8613300000{index:03d}" for index in range(40)]
FORWARDINGS = "service.forwarding.v1"


@pytest.fixture(autouse=True)
async def marks(settings: Settings, tables: Tables) -> Marks:
    """Tell who holds the numbers, and begin at the present ends of the logs."""
    found = await begin_now(settings, ["warning"])
    async with running(run_rules, settings), producing(settings) as producer:
        await publish(producer, [customer()])
        await publish(producer, [subscription(number, subscription_id=number) for number in NUMBERS])
        await tables.until_count("warning.subscription", len(NUMBERS))
    return found


async def test_facts_that_are_sent_twice_warn_once(settings: Settings, tables: Tables, marks: Marks) -> None:
    async with running(run_rules, settings), producing(settings) as producer:
        await _forward(producer, NUMBERS)
        await _forward(producer, NUMBERS)
        await _until_decided(tables, marks, 2 * len(NUMBERS))
        await tables.until_count("warning.outbox", 0)

    assert sorted(await _warned(tables)) == NUMBERS
    assert sorted(event.msisdn for event in await said(settings, marks, WarningNoted)) == NUMBERS


async def test_a_restart_goes_on_where_postgresql_stands(settings: Settings, tables: Tables, marks: Marks) -> None:
    async with running(run_rules, settings), producing(settings) as producer:
        await _forward(producer, NUMBERS[:20])
        await tables.until_count("warning.warning", 20)
    async with producing(settings) as producer:
        await _forward(producer, NUMBERS[20:])
    # Kafka's own word on how far we are is a lie, as after a commit past an unfinished event.
    await _commit_ends(settings)

    async with running(run_rules, settings):
        await _until_decided(tables, marks, len(NUMBERS))

    assert sorted(await _warned(tables)) == NUMBERS
    assert await tables.count("warning.offset_gap") == 0


async def test_kafkas_offsets_far_behind_repeat_nothing(settings: Settings, tables: Tables, marks: Marks) -> None:
    async with running(run_rules, settings), producing(settings) as producer:
        await _forward(producer, NUMBERS)
        await tables.until_count("warning.warning", len(NUMBERS))
    await _commit(settings, {place: offset for place, offset in marks.items() if place.topic == FORWARDINGS})
    await tables.change("DELETE FROM warning.inbox")

    async with running(run_rules, settings), producing(settings) as producer:
        await publish(producer, [forwarding(at("2026-03-06 10:00"), NUMBERS[0], None)])
        await _until_decided(tables, marks, len(NUMBERS) + 1)

    assert await tables.column("SELECT topic FROM warning.inbox") == [FORWARDINGS]
    assert sorted(await _warned(tables)) == NUMBERS


async def test_an_event_whose_decision_raises_is_kept_and_holds_up_no_other(
    settings: Settings, tables: Tables, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = _raise_for(monkeypatch, NUMBERS[7])

    async with running(run_rules, settings) as client, producing(settings) as producer:
        await _forward(producer, NUMBERS)
        await _until_decided(tables, marks, len(NUMBERS))
        alive = (await client.get("/ready")).status_code

    assert sorted(await _warned(tables)) == [number for number in NUMBERS if number != NUMBERS[7]]
    assert await tables.rows("SELECT topic, reason FROM warning.dead_letter") == [(FORWARDINGS, "handler_failed")]
    assert len(tries) >= ATTEMPTS
    assert alive == 200


async def test_an_outage_in_the_middle_loses_nothing(
    settings: Settings, tables: Tables, marks: Marks, owner: AsyncEngine
) -> None:
    async with running(run_rules, settings), producing(settings) as producer:
        for start in range(0, len(NUMBERS), 4):
            await _forward(producer, NUMBERS[start : start + 4])
            await _cut_connections(owner)
        await _until_decided(tables, marks, len(NUMBERS))

    assert sorted(await _warned(tables)) == NUMBERS
    assert await tables.count("warning.dead_letter") == 0


async def test_records_that_faust_left_out_end_the_process_and_the_next_one_reads_them(
    settings: Settings, tables: Tables
) -> None:
    async with started(run_rules, settings) as (_, task), producing(settings) as producer:
        await _forward(producer, NUMBERS[:1])
        await tables.until_count("warning.warning", 1)
        [(partition, position)] = await tables.rows(
            "SELECT o.partition, next_offset FROM warning.consumer_offset AS o JOIN warning.inbox AS i"
            f" ON i.topic = o.topic AND i.partition = o.partition AND log_offset + 1 = next_offset"
            f" WHERE o.topic = '{FORWARDINGS}'"
        )
        await _step_back(tables, partition)
        await publish(producer, [forwarding(at("2026-03-06 10:00"), NUMBERS[0], None)])
        with pytest.raises(OffsetGapError, match=f"expected offset {position - 1}, found {position}"):
            await asyncio.wait_for(task, 60)

    async with running(run_rules, settings):
        await until(lambda: _stands_at(tables, partition, position + 1), what="both records to be decided")

    assert await _warned(tables) == NUMBERS[:1]
    assert await tables.count("warning.offset_gap") == 0


async def _forward(producer: AIOKafkaProducer, numbers: Sequence[str]) -> None:
    await publish(producer, [forwarding(at("2026-03-05 10:00"), number) for number in numbers])


async def _warned(tables: Tables) -> list[str]:
    return await tables.column("SELECT subscription_id FROM warning.warning WHERE rule_id = 'rival_forwarding'")


async def _until_decided(tables: Tables, marks: Marks, count: int) -> None:
    """Wait until `count` forwardings were taken from the log since `marks`, be they fresh or repeated."""
    begun = sum(offset for place, offset in marks.items() if place.topic == FORWARDINGS)

    async def decided() -> bool:
        stands = "SELECT sum(next_offset)::bigint FROM warning.consumer_offset WHERE topic = :topic"
        taken: int = await tables.one(stands, topic=FORWARDINGS) - begun
        return taken == count

    await until(decided, what=f"{count} forwardings to be decided")


def _raise_for(monkeypatch: pytest.MonkeyPatch, number: str) -> list[str]:
    """Put a bug into the decisions about `number`; return its tries."""
    tries: list[str] = []

    def buggy(knowledge: Knowledge, memory: Memory, event: SubscriberEvent) -> Decision[Memory]:
        if event.msisdn == number:
            tries.append(number)
            raise ZeroDivisionError("a rule divides by nothing")
        return decide(knowledge, memory, event)

    monkeypatch.setattr(ruling, "decide", buggy)
    return tries


async def _cut_connections(owner: AsyncEngine) -> None:
    async with owner.connect() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'keepline warning'"
            )
        )


async def _commit_ends(settings: Settings) -> None:
    """Tell Kafka that the whole log of forwardings was decided."""
    client = AIOKafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    await client.start()
    try:
        await _commit(settings, await client.end_offsets(await partitions(settings, [FORWARDINGS])))
    finally:
        await client.stop()


async def _commit(settings: Settings, offsets: dict[TopicPartition, int]) -> None:
    """Commit `offsets` for the group of the rules, which has no member now."""
    client = AIOKafkaConsumer(bootstrap_servers=settings.kafka, group_id="warning", enable_auto_commit=False)
    await client.start()
    try:
        client.assign(list(offsets))
        await client.commit(offsets)
    finally:
        await client.stop()


async def _step_back(tables: Tables, partition: int) -> None:
    await tables.change(
        "UPDATE warning.consumer_offset SET next_offset = next_offset - 1"
        " WHERE topic = :topic AND partition = :partition",
        topic=FORWARDINGS,
        partition=partition,
    )


async def _stands_at(tables: Tables, partition: int, offset: int) -> bool:
    where = "topic = :topic AND partition = :partition AND next_offset = :offset"
    values = {"topic": FORWARDINGS, "partition": partition, "offset": offset}
    return await tables.count(f"warning.consumer_offset WHERE {where}", **values) == 1
