"""Jumps in a log: what the broker confirms is written down and passed, what it denies is read again, and what only a
person can mend stops the service with a line that says how.
"""

from functools import partial

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from services.points.wiring import run as run_points
from shared.db.offsets import OffsetGapError, Place
from shared.lag import LagWatch
from shared.settings import Settings
from shared.watchdog import Watchdog
from tests.support.effects import (
    PAYMENTS,
    Effects,
    consuming,
    effects,
    hearing,
    ids,
    make_table,
    payment,
    position,
)
from tests.support.logs import logged
from tests.support.running import begin_now, halting, producing, publish, record_of, task_running, until
from tests.support.said import Marks, records
from tests.support.tables import Tables

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
async def marks(settings: Settings, tables: Tables) -> Marks:
    """Make the table of effects, and let everything begin at the present ends of the logs."""
    await make_table(tables)
    return await begin_now(settings, ["dispatch", "points"])


async def test_what_a_transaction_leaves_in_the_log_is_passed(settings: Settings, tables: Tables) -> None:
    handle = Effects()
    async with consuming(settings, handle):
        await _in_transactions(settings, [["a", "b"], ["c"]])
        await tables.until_count("dispatch.effect", 3)

    gaps = await tables.rows("SELECT topic, found - expected, kind FROM dispatch.offset_gap")
    assert await effects(tables) == ["a", "b", "c"]
    assert gaps == [(PAYMENTS.name, 1, "control_record")]


async def test_what_an_aborted_transaction_said_is_not_heard(settings: Settings, tables: Tables) -> None:
    async with consuming(settings, Effects()), producing(settings) as producer:
        await _in_transactions(settings, [["taken back", "taken back too"]], keep=False)
        await publish(producer, [payment("a")])
        await tables.until_count("dispatch.effect", 1)

    # Two records that count for nothing, and the marker that says so: the broker writes it when it likes, perhaps
    # behind the next record.
    assert await effects(tables) == ["a"]
    ((gap, kind),) = await tables.rows("SELECT found - expected, kind FROM dispatch.offset_gap")
    assert (gap in (2, 3), kind) == (True, "control_record")


async def test_what_retention_deleted_is_told_as_a_loss(
    settings: Settings, tables: Tables, marks: Marks, capsys: pytest.CaptureFixture[str]
) -> None:
    async with producing(settings) as producer:
        await publish(producer, [payment(name) for name in ids(0, 10)])
    place = await _place_of_payments(settings, marks)
    await _delete_before(settings, place, marks[place] + 6)

    async with consuming(settings, Effects()):
        await tables.until_count("dispatch.effect", 4)

    assert await effects(tables) == ids(6, 10)
    assert await tables.rows("SELECT expected, found, kind FROM dispatch.offset_gap") == [
        (marks[place], marks[place] + 6, "retention_loss")
    ]
    told = logged(capsys.readouterr().out, "gap in the log")
    assert [(line["level"], line["kind"]) for line in told] == [("error", "retention_loss")]


async def test_records_that_the_client_left_out_are_no_gap(settings: Settings, tables: Tables, marks: Marks) -> None:
    async with producing(settings) as producer:
        await publish(producer, [payment(name) for name in ids(0, 5)])
    place = await _place_of_payments(settings, marks)
    delivered = [record_of(payment(f"p{at}"), marks[place] + at, place.partition) for at in (0, 1, 3, 4)]

    async with consuming(settings, Effects()) as station:
        await tables.until_count("dispatch.effect", 5)
        await tables.change(
            "UPDATE dispatch.consumer_offset SET next_offset = :at WHERE topic = :topic AND partition = :partition",
            at=marks[place],
            topic=PAYMENTS.name,
            partition=place.partition,
        )
        with pytest.raises(OffsetGapError, match=f"expected offset {marks[place] + 2}, found {marks[place] + 3}"):
            await station.runner(hearing(Effects())).process(delivered)

    assert await position(tables, place.partition) == marks[place] + 2
    assert await tables.count("dispatch.offset_gap") == 0


async def test_a_client_that_leaves_out_records_is_sent_back_for_them(
    settings: Settings, tables: Tables, marks: Marks
) -> None:
    async with consuming(settings, Effects()), producing(settings) as producer:
        await publish(producer, [payment(name) for name in ids(0, 3)])
        await tables.until_count("dispatch.effect", 3)
        place = await _place_of_payments(settings, marks)
        # As if the first two had never been decided; what comes next then jumps over them.
        await tables.change(
            "UPDATE dispatch.consumer_offset SET next_offset = next_offset - 2"
            " WHERE topic = :topic AND partition = :partition",
            topic=PAYMENTS.name,
            partition=place.partition,
        )
        await tables.change("DELETE FROM dispatch.inbox")
        await tables.change("DELETE FROM dispatch.effect")
        await publish(producer, [payment("p3")])
        await tables.until_count("dispatch.effect", 3)

    assert await effects(tables) == ids(1, 4)
    assert await tables.count("dispatch.offset_gap") == 0


async def test_a_log_that_ends_before_our_position_stops_the_service(settings: Settings, tables: Tables) -> None:
    await tables.change(
        "UPDATE points.consumer_offset SET next_offset = next_offset + 1000 WHERE topic = 'crm.customer.v1'"
    )

    async with halting(run_points, settings) as (client, why):
        answers = {path: (await client.get(path)).status_code for path in ("/live", "/ready")}

    assert "crm.customer.v1/" in why
    assert (
        "The broker lost data or was restored from a backup: restore its log, or set the row of consumer_offset" in why
    )
    assert answers == {"/live": 200, "/ready": 503}


async def test_positions_of_another_cluster_stop_the_service(settings: Settings, tables: Tables) -> None:
    ours = await tables.one("SELECT DISTINCT cluster FROM points.consumer_offset")
    await tables.change("UPDATE points.consumer_offset SET cluster = 'cluster-of-last-year'")

    async with halting(run_points, settings) as (_, why):
        pass

    assert why.startswith("could not start: the positions in the database belong to Kafka cluster cluster-of-last-year")
    assert f"KEEPLINE_KAFKA leads to {ours}" in why
    assert "Point it back, or, if the move is meant, delete the old rows of consumer_offset" in why
    assert await tables.column("SELECT DISTINCT cluster FROM points.consumer_offset") == ["cluster-of-last-year"]


async def test_a_marker_at_the_end_of_a_log_is_no_lag(settings: Settings, tables: Tables, marks: Marks) -> None:
    told: list[int] = []

    class Listens(Watchdog):
        def progress(self, *, lag: int, moved: bool) -> None:
            told.append(lag)

    async with consuming(settings, Effects()) as station:
        await _in_transactions(settings, [["a", "b"]])
        await tables.until_count("dispatch.effect", 2)
        watch = LagWatch(partial(_positions, tables, station.cluster), hearing(Effects()), station.reader)
        async with task_running(lambda: watch.run(Listens(60))):
            await until(lambda: _true(told), what="the lag to be told")

    # Whoever waits for the marker to be decided waits for ever, and would be ended as one that hangs.
    assert told == [0]


async def _in_transactions(settings: Settings, transactions: list[list[str]], *, keep: bool = True) -> None:
    """Publish payments as an upstream does that uses Kafka's transactions; `keep` commits them."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, transactional_id="upstream")
    await producer.start()
    try:
        for names in transactions:
            await producer.begin_transaction()
            await publish(producer, [payment(name) for name in names])
            await (producer.commit_transaction() if keep else producer.abort_transaction())
    finally:
        await producer.stop()


async def _place_of_payments(settings: Settings, marks: Marks) -> TopicPartition:
    """Return the partition in which the payments of the test's number lie."""
    [partition] = {record.partition for record in await records(settings, marks, PAYMENTS.name)}
    return TopicPartition(PAYMENTS.name, partition)


async def _delete_before(settings: Settings, place: TopicPartition, offset: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.delete_records({place: RecordsToDelete(before_offset=offset)})
    finally:
        await admin.close()


async def _positions(tables: Tables, cluster: str) -> dict[Place, int]:
    rows = await tables.rows("SELECT topic, partition, next_offset FROM dispatch.consumer_offset")
    return {Place(cluster, topic, partition): following for topic, partition, following in rows}


async def _true(told: list[int]) -> bool:
    return bool(told)
