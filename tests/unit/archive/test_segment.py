"""A segment holds every partition's records where its index says, and its name says which they are."""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.archive.domain.segment import segment
from shared import archive
from shared.archive import INDEX, SEGMENT
from shared.arrival import Record

pytestmark = pytest.mark.unit

TOPICS = ("a.b.v1", "c.d.v1")
BUFFERED = st.dictionaries(
    st.tuples(st.sampled_from(TOPICS), st.integers(0, 2)),
    st.tuples(st.integers(0, 99), st.lists(st.binary(max_size=20), min_size=1, max_size=5)),
    min_size=1,
)
Buffered = dict[tuple[str, int], list[Record]]


def records(told: dict[tuple[str, int], tuple[int, list[bytes]]]) -> Buffered:
    """Return what was buffered of each partition, from its first offset on."""
    return {
        (topic, partition): [
            Record(topic, partition, first + n, b"k", value, None, 0) for n, value in enumerate(values)
        ]
        for (topic, partition), (first, values) in told.items()
    }


@given(BUFFERED.map(records))
def test_all_records_are_read_back_partition_by_partition(buffered: Buffered) -> None:
    made = segment("cluster", buffered)
    with TemporaryDirectory() as folder:
        (Path(folder) / f"{made.name}{SEGMENT}").write_bytes(made.content)
        (Path(folder) / f"{made.name}{INDEX}").write_bytes(msgspec.json.encode(made.index))
        found = list(archive.read(Path(folder), TOPICS))
    assert found == [record for _, kept in sorted(buffered.items()) for record in kept]


@given(BUFFERED.map(records))
def test_the_index_covers_every_byte_and_offset(buffered: Buffered) -> None:
    made = segment("cluster", buffered)
    at = 0
    for frame in made.index.frames:
        kept = buffered[frame.topic, frame.partition]
        assert (frame.at_byte, frame.first_offset, frame.next_offset) == (at, kept[0].offset, kept[-1].offset + 1)
        at += frame.bytes
    assert at == len(made.content)
    assert len(made.index.frames) == len(buffered)


def test_the_same_records_have_the_same_name_whatever_order_they_were_buffered_in() -> None:
    one = records({("a.b.v1", 0): (0, [b"x"]), ("c.d.v1", 1): (5, [b"y"])})
    other = dict(reversed(one.items()))
    assert segment("cluster", one) == segment("cluster", other)


@pytest.mark.parametrize(
    "other",
    [
        records({("a.b.v1", 0): (1, [b"x"])}),
        records({("a.b.v1", 0): (0, [b"x", b"y"])}),
        records({("a.b.v1", 1): (0, [b"x"])}),
        records({("c.d.v1", 0): (0, [b"x"])}),
    ],
)
def test_other_records_have_another_name(other: Buffered) -> None:
    assert segment("cluster", other).name != segment("cluster", records({("a.b.v1", 0): (0, [b"x"])})).name


def test_another_clusters_records_have_another_name() -> None:
    one = records({("a.b.v1", 0): (0, [b"x"])})
    assert segment("cluster", one).name != segment("another", one).name
