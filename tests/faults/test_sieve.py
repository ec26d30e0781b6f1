"""The sieve on a real log: signals, days of usage, and the same of both however often it is killed."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from services.warning.storage import checkpoints
from services.warning.storage.checkpoints import FencedError
from services.warning.wiring import run_sieve
from shared.db.offsets import Place
from shared.events.call_detail_record import TOPIC, CallDetailRecord
from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay
from shared.settings import Settings
from shared.station import open_station
from tests.support.builders import at
from tests.support.cdrs import HOTLINE, days_in, end_of_time, signals_in, told_days, traffic
from tests.support.logs import logged
from tests.support.processes import process
from tests.support.running import begin_now, begin_sieve, halting, producing, publish, running, until
from tests.support.said import Marks, said
from tests.support.sieved import POSITION, begun, facts, publish_to_the_end, until_checkpointed
from tests.support.tables import Tables

pytestmark = pytest.mark.faults

FIRST = at("2026-03-05 00:00")
SPREAD = timedelta(days=2)


@pytest.fixture
async def marks(settings: Settings) -> Marks:
    """Begin at the present ends of the logs."""
    return await begun(settings)


async def test_signals_and_days_are_those_of_a_plain_reading(settings: Settings, tables: Tables, marks: Marks) -> None:
    cdrs = traffic(1, 5_000, FIRST, SPREAD)

    async with running(run_sieve, settings), producing(settings) as producer:
        await publish_to_the_end(producer, cdrs, settings)
        await until_checkpointed(tables, marks, len(cdrs) + 2)

    signals = await said(settings, marks, SignalHeard)
    assert len({event.id for event in signals}) == len(signals_in(cdrs)) > 100
    assert facts(signals) == signals_in(cdrs)
    assert told_days(await said(settings, marks, UsageDay)) == days_in(cdrs)


async def test_a_killed_sieve_says_the_same_as_an_undisturbed_one(
    settings: Settings, tables: Tables, marks: Marks, tmp_path: Path
) -> None:
    morning = timedelta(hours=20)
    before = traffic(2, 3_000, FIRST, morning)
    # The switch sends some of it again after the kill: it must be known from before.
    after = [*before[::6], *traffic(3, 30_000, FIRST + morning, SPREAD)]
    argv = ("services.warning", "sieve")

    async with producing(settings) as producer:
        async with process(argv, settings, tmp_path / "first.log") as first:
            await publish(producer, before)
            await until_checkpointed(tables, marks, len(before))
            told_before = len(await said(settings, marks, SignalHeard))
            publishing = asyncio.ensure_future(publish_to_the_end(producer, after, settings))
            await until(lambda: _more_said(settings, marks, told_before), what="signals of the second part")
            first.send_signal(signal.SIGKILL)
            await first.wait()
            read_again = await tables.one(POSITION)
            told_then = len(await said(settings, marks, SignalHeard))
        await publishing
        async with process(argv, settings, tmp_path / "second.log"):
            await until_checkpointed(tables, marks, len(before) + len(after) + 2)

    signals = await said(settings, marks, SignalHeard)
    # The kill hit: signals had been said that lie behind the checkpoint, and were said again.
    assert told_then > told_before
    assert len(signals) > len({event.id for event in signals})
    assert read_again < await tables.one(POSITION)
    assert facts(signals) == signals_in([*before, *after])
    assert told_days(await said(settings, marks, UsageDay)) == days_in([*before, *after])


async def test_a_log_that_is_sieved_anew_gives_the_same_ids(settings: Settings, tables: Tables, marks: Marks) -> None:
    cdrs = traffic(4, 2_000, FIRST, SPREAD)
    ids: list[set[str]] = []

    for _ in range(2):
        begun = await begin_now(settings, [])
        async with running(run_sieve, settings), producing(settings) as producer:
            if not ids:
                await publish_to_the_end(producer, cdrs, settings)
            await until_checkpointed(tables, marks, len(cdrs) + 2)
        ids.append({event.id for kind in (SignalHeard, UsageDay) for event in await said(settings, begun, kind)})
        await tables.change("DELETE FROM warning.sieve_segment")
        await tables.change("DELETE FROM warning.sieve_checkpoint")
        await begin_sieve(settings, marks)

    assert ids[0] == ids[1]
    assert len(ids[0]) > 200


async def test_a_checkpoint_of_another_shape_is_refused_and_says_what_to_do(
    settings: Settings, tables: Tables, marks: Marks
) -> None:
    await tables.change("UPDATE warning.sieve_checkpoint SET shape = 1")

    async with halting(run_sieve, settings) as (_, why):
        pass

    assert "its shape is 1, known is 2; start the release that wrote it, or empty" in why


async def test_a_checkpoint_of_a_former_owner_is_refused(settings: Settings, tables: Tables, marks: Marks) -> None:
    async with open_station(settings, "warning") as station:
        place = Place(station.cluster, TOPIC.name, 0)
        async with station.stream.begin() as tx:
            former = await checkpoints.take_over(tx, place, 0)
        async with station.stream.begin() as tx:
            successor = await checkpoints.take_over(tx, place, 0)
        stood = await tables.rows("SELECT * FROM warning.sieve_checkpoint ORDER BY partition")

        former.lot.next_offset += 1_000
        with pytest.raises(FencedError, match="partition 0 was taken over by another process"):
            async with station.stream.begin() as tx:
                await checkpoints.save(tx, place, former)
        after = await tables.rows("SELECT * FROM warning.sieve_checkpoint ORDER BY partition")
        successor.lot.next_offset += 10
        async with station.stream.begin() as tx:
            await checkpoints.save(tx, place, successor)

    assert after == stood
    assert await tables.count("warning.sieve_segment") == 0
    assert await tables.one("SELECT next_offset FROM warning.sieve_checkpoint WHERE partition = 0") == (
        successor.lot.next_offset
    )


async def test_a_checkpoint_that_a_later_one_has_overtaken_is_refused(
    settings: Settings, tables: Tables, marks: Marks
) -> None:
    async with open_station(settings, "warning") as station:
        place = Place(station.cluster, TOPIC.name, 0)
        async with station.stream.begin() as tx:
            saved = await checkpoints.take_over(tx, place, 0)
        saved.lot.untold[20_500] = np.array([8613300000001])
        async with station.stream.begin() as tx:
            await checkpoints.save(tx, place, saved)
        with pytest.raises(FencedError):
            async with station.stream.begin() as tx:
                await checkpoints.save(tx, place, saved)

    assert await tables.rows("SELECT sequence FROM warning.sieve_checkpoint WHERE sequence > 0") == [(1,)]


async def test_a_running_sieve_that_was_fenced_writes_nothing_more(
    settings: Settings, tables: Tables, marks: Marks, capsys: pytest.CaptureFixture[str]
) -> None:
    printed: list[str] = []

    async def both_given_up() -> bool:
        printed.append(capsys.readouterr().out)
        return len(logged("".join(printed), "lot given up")) == 2

    async with running(run_sieve, settings), producing(settings) as producer:
        await publish(producer, traffic(7, 200, FIRST, SPREAD))
        await until_checkpointed(tables, marks, 204)
        await tables.change("UPDATE warning.sieve_checkpoint SET epoch = epoch + 1")
        stood = await tables.one(POSITION)
        await publish(producer, [_hotline_call(f"late-{number}", number) for number in range(20)])
        await until(both_given_up, what="the lots of both partitions to be given up")

    assert await tables.one(POSITION) == stood


async def test_cdrs_that_cannot_be_read_are_buried_and_the_others_count(
    settings: Settings, tables: Tables, marks: Marks
) -> None:
    cdrs = traffic(8, 600, FIRST, SPREAD)
    bad = (b"", b"{", b'{"id": 1}', b"\xff", b"[" * 20_000, b'{"id": "a\\u0000b"}', b"null")

    async with running(run_sieve, settings), producing(settings) as producer:
        await publish(producer, cdrs[:300])
        for value in bad:
            await producer.send(TOPIC.name, key=b"+8613300000001", value=value)
        await publish(producer, cdrs[300:])
        await publish(producer, end_of_time(FIRST + SPREAD, settings.partitions_max))
        await until_checkpointed(tables, marks, len(cdrs) + len(bad) + 2)

    reasons = await tables.by("SELECT reason, count(*) FROM warning.dead_letter GROUP BY reason")
    assert reasons == {"empty": 1, "bad_json": 2, "schema": 4}
    assert told_days(await said(settings, marks, UsageDay)) == days_in(cdrs)


async def test_a_flood_of_unreadable_cdrs_stops_the_sieve(settings: Settings, tables: Tables, marks: Marks) -> None:
    async with producing(settings) as producer:
        for _ in range(300):
            await producer.send(TOPIC.name, value=b'{"renamed": 1}')
        await producer.flush()

        async with halting(run_sieve, settings) as (client, why):
            answers = {path: (await client.get(path)).status_code for path in ("/live", "/ready")}

    assert "records within a minute were refused" in why
    assert answers == {"/live": 200, "/ready": 503}


async def test_a_log_shorter_than_the_checkpoint_stops_the_sieve(
    settings: Settings, tables: Tables, marks: Marks
) -> None:
    await tables.change("UPDATE warning.sieve_checkpoint SET next_offset = next_offset + 100000 WHERE partition = 1")

    async with halting(run_sieve, settings) as (_, why):
        pass

    assert why.startswith(f"could not start: {TOPIC.name}/1 ends at offset ")


async def _more_said(settings: Settings, marks: Marks, count: int) -> bool:
    return len(await said(settings, marks, SignalHeard)) > count


def _hotline_call(cdr_id: str, number: int) -> CallDetailRecord:
    return CallDetailRecord(
        id=cdr_id,
        occurred_at=at("2026-03-07 12:00"),
        msisdn=f"+86133{number:08d}",
        service="voice",
        peer=HOTLINE,
        duration_s=60,
    )
