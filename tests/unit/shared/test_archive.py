"""What is archived is read back byte for byte, each offset once, whatever segments it was written in."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import archive
from shared.archive import INDEX, SEGMENT, Frame, Index
from shared.arrival import Record

pytestmark = pytest.mark.unit

BYTES = st.none() | st.binary(max_size=30) | st.text(max_size=20).map(str.encode)
TYPES = st.none() | st.text(max_size=10)


def record(offset: int, topic: str = "a.b.v1", value: bytes | None = b"{}") -> Record:
    """Return a record."""
    return Record(topic, 0, offset, b"k", value, None, 1_700)


def written(folder: Path, name: str, records: Sequence[Record], cluster: str = "c") -> None:
    """Write a segment of one partition's records."""
    content = archive.frame(records)
    held = Frame(
        topic=records[0].topic,
        partition=records[0].partition,
        first_offset=records[0].offset,
        next_offset=records[-1].offset + 1,
        at_byte=0,
        bytes=len(content),
    )
    (folder / f"{name}{SEGMENT}").write_bytes(content)
    (folder / f"{name}{INDEX}").write_bytes(msgspec.json.encode(Index(cluster=cluster, frames=(held,))))


@given(st.lists(st.tuples(BYTES, BYTES, TYPES, st.integers(0, 2**42)), min_size=1, max_size=5))
def test_records_come_back_byte_for_byte(contents: list[tuple[bytes | None, bytes | None, str | None, int]]) -> None:
    records = [Record("a.b.v1", 7, n, key, value, kind, ms) for n, (key, value, kind, ms) in enumerate(contents)]
    with TemporaryDirectory() as folder:
        written(Path(folder), "one", records)
        assert list(archive.read(Path(folder), ["a.b.v1"])) == records


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 10)), min_size=1, max_size=5))
def test_segments_that_overlap_give_each_offset_once_and_in_order(runs: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        for number, (first, count) in enumerate(runs):
            written(Path(folder), f"segment-{number}", [record(offset) for offset in range(first, first + count)])
        found = [each.offset for each in archive.read(Path(folder), ["a.b.v1"])]
    assert found == sorted({offset for first, count in runs for offset in range(first, first + count)})


def test_only_the_topics_asked_for_are_read(tmp_path: Path) -> None:
    written(tmp_path, "one", [record(0)])
    written(tmp_path, "other", [record(0, "c.d.v1")])
    assert list(archive.read(tmp_path, ["c.d.v1"])) == [record(0, "c.d.v1")]
    assert list(archive.read(tmp_path, [])) == []


def test_a_segment_without_its_index_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, "one", [record(0)])
    (tmp_path / f"one{INDEX}").unlink()
    assert list(archive.read(tmp_path, ["a.b.v1"])) == []


def test_another_clusters_offsets_are_its_own(tmp_path: Path) -> None:
    written(tmp_path, "one", [record(0), record(1)], "c")
    written(tmp_path, "other", [record(0, value=b"[]")], "d")
    assert list(archive.read(tmp_path, ["a.b.v1"])) == [record(0), record(1), record(0, value=b"[]")]
