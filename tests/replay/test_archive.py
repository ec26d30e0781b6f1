"""The archive keeps every record but raw CDRs as it came, and once, whatever happens between file and manifest."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import cramjam
import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncConnection

from services.archive.domain.segment import Segment
from services.archive.storage import manifest
from services.archive.stream import keep
from services.archive.wiring import run as run_archive
from shared import archive
from shared.archive import SEGMENT, Line
from shared.arrival import Record
from shared.catalogue import topics
from shared.events.call_detail_record import TOPIC as CDRS
from shared.kafka.records import record_of
from shared.settings import Settings
from tests.support.builders import NUMBER, at, bill, customer, forwarding, subscription
from tests.support.cdrs import end_of_time
from tests.support.effects import PAYMENTS, payment
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.said import Marks, records
from tests.support.tables import Tables

pytestmark = pytest.mark.replay

ODD = {
    "no text": (NUMBER.encode(), b"\xff\x00\xfe"),
    "no value": (NUMBER.encode(), None),
    "nothing": (None, b""),
    "no key": (None, '{"说": "中文"}'.encode()),
}
"""Records of which no service can make anything, by what is odd about them: key and value."""


@pytest.fixture(autouse=True)
async def marks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Marks:
    """Begin at the present ends of the logs, with an archive that does not wait long for a segment to fill."""
    monkeypatch.setattr(keep, "AGE_S", 0.1)
    return await begin_now(settings, ["archive"])


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Return a producer."""
    async with producing(settings) as found:
        yield found


async def test_every_record_but_raw_cdrs_is_kept_as_it_came(
    settings: Settings, tables: Tables, marks: Marks, producer: AIOKafkaProducer
) -> None:
    events = [customer(), subscription(), bill("2026-01", 100), bill("2026-02", 90), forwarding(at("2026-03-05 10:00"))]
    async with running(run_archive, settings):
        await publish(producer, [*events, *end_of_time(at("2026-03-05 10:00"), 2)])
        for key, value in ODD.values():
            await producer.send(PAYMENTS.name, key=key, value=value)
        await publish(producer, [payment("the last one")])
        await _until_kept(tables, len(events) + len(ODD) + 1)

    stands = await _in_the_logs(settings, marks)
    assert len([topic for topic, _, _ in stands if topic == CDRS.name]) == 2
    assert _kept(settings) == {place: record for place, record in stands.items() if place[0] != CDRS.name}


async def test_the_manifest_leads_to_each_offset(
    settings: Settings, tables: Tables, marks: Marks, producer: AIOKafkaProducer
) -> None:
    async with running(run_archive, settings):
        for turn in range(3):
            await publish(producer, [payment(f"p{turn}-{number}") for number in range(20)])
            await _until_kept(tables, 20 * (turn + 1))

    frames = await tables.rows(
        "SELECT partition, first_offset, next_offset, segment, at_byte, bytes FROM archive.manifest ORDER BY 1, 2"
    )
    found: list[int] = []
    for _, first, following, segment, at_byte, size in frames:
        content = (Path(settings.archive_dir) / f"{segment}{SEGMENT}").read_bytes()[at_byte : at_byte + size]
        lines = [msgspec.json.decode(line, type=Line) for line in bytes(cramjam.zstd.decompress(content)).splitlines()]
        assert [line.offset for line in lines] == list(range(first, following))
        found += [line.offset for line in lines]
    stored = [record.offset for record in await records(settings, marks, PAYMENTS.name)]
    assert len(frames) >= 3
    assert found == stored
    assert await tables.count("archive.dead_letter") == 0


async def test_a_segment_that_a_crash_left_without_its_manifest_counts_for_nothing(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = asyncio.Event()

    async def crash(tx: AsyncConnection, segment: Segment) -> None:
        written.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as broken:
        broken.setattr(manifest, "enter", crash)
        async with running(run_archive, settings):
            await publish(producer, [payment("a"), payment("b")])
            await asyncio.wait_for(written.wait(), 60)
    left = manifest.on_disk(Path(settings.archive_dir))
    await publish(producer, [payment("c")])

    async with running(run_archive, settings):
        await _until_kept(tables, 3)

    assert len(left) == 1
    assert await _names(tables) == manifest.on_disk(Path(settings.archive_dir))
    assert [record.value for record in _kept(settings).values()] == [
        msgspec.json.encode(payment(name)) for name in "abc"
    ]


async def test_a_commit_whose_answer_was_lost_is_taken_for_what_it_was(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = manifest.enter
    lost: list[str] = []

    async def commit_and_lose_the_answer(tx: AsyncConnection, segment: Segment) -> None:
        await enter(tx, segment)
        if not lost:
            lost.append(segment.name)
            await tx.commit()
            raise ConnectionResetError("the connection broke before the answer came")

    monkeypatch.setattr(manifest, "enter", commit_and_lose_the_answer)
    async with running(run_archive, settings):
        await publish(producer, [payment("a"), payment("b")])
        await _until_kept(tables, 2)
        await publish(producer, [payment("c")])
        await _until_kept(tables, 3)

    assert set(lost) < await _names(tables) == manifest.on_disk(Path(settings.archive_dir))
    assert len(_kept(settings)) == 3


async def test_a_segment_that_is_being_written_is_not_cleaned_away_by_another_process(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, go_on = asyncio.Event(), asyncio.Event()
    enter = manifest.enter

    async def slowly(tx: AsyncConnection, segment: Segment) -> None:
        written.set()
        await go_on.wait()
        await enter(tx, segment)

    monkeypatch.setattr(manifest, "enter", slowly)
    async with running(run_archive, settings):
        await publish(producer, [payment("a"), payment("b")])
        await asyncio.wait_for(written.wait(), 60)
        async with running(run_archive, settings):
            go_on.set()
            await _until_kept(tables, 2)

    assert len(_kept(settings)) == 2


async def test_a_gap_in_a_log_is_written_down(settings: Settings, tables: Tables, marks: Marks) -> None:
    upstream = AIOKafkaProducer(bootstrap_servers=settings.kafka, transactional_id="upstream-of-the-archive")
    await upstream.start()
    for name in ("a", "b"):
        await upstream.begin_transaction()
        await publish(upstream, [payment(name)])
        await upstream.commit_transaction()
    await upstream.stop()

    async with running(run_archive, settings):
        await _until_kept(tables, 2)

    assert await tables.rows("SELECT topic, found - expected, kind FROM archive.offset_gap") == [
        (PAYMENTS.name, 1, "control_record")
    ]


async def _until_kept(tables: Tables, count: int) -> None:
    """Wait until the manifest counts so many records."""

    async def kept() -> bool:
        found: int = await tables.one("SELECT coalesce(sum(next_offset - first_offset), 0) FROM archive.manifest")
        return found == count

    await until(kept, what=f"{count} records in the manifest")


def _kept(settings: Settings) -> Mapping[tuple[str, int, int], Record]:
    """Return every record that the archive gives, by its place; none may come twice."""
    found = list(archive.read(Path(settings.archive_dir), topics()))
    by_place = {(record.topic, record.partition, record.offset): record for record in found}
    assert len(by_place) == len(found)
    return by_place


async def _in_the_logs(settings: Settings, marks: Marks) -> Mapping[tuple[str, int, int], Record]:
    found = [record for topic in topics() for record in await records(settings, marks, topic)]
    return {(each.topic, each.partition, each.offset): record_of(each, each.timestamp) for each in found}


async def _names(tables: Tables) -> set[str]:
    return set(await tables.column("SELECT DISTINCT segment FROM archive.manifest"))
