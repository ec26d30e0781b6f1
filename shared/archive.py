"""The archive's format: segments of compressed JSON lines with an index beside each, readable by topic and offset.

A segment is a run of zstd frames, one for each partition that it holds; `zstdcat` prints all of it. The index says
which offsets of which partition stand in which bytes.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cramjam
import msgspec
from msgspec import Struct

from shared.arrival import Record

SEGMENT = ".zst"
INDEX = ".index.json"


class Line(Struct, frozen=True, omit_defaults=True):
    """One record. Its value stands as text where it is UTF-8, else in base64."""

    offset: int
    timestamp_ms: int
    ce_type: str | None = None
    key: str | None = None
    value: str | None = None
    key_base64: str | None = None
    value_base64: str | None = None


class Frame(Struct, frozen=True, kw_only=True):
    """Where a partition's records stand in a segment."""

    topic: str
    partition: int
    first_offset: int
    next_offset: int
    at_byte: int
    bytes: int


class Index(Struct, frozen=True, kw_only=True):
    """What a segment holds."""

    cluster: str
    frames: tuple[Frame, ...]


def frame(records: Sequence[Record]) -> bytes:
    """Return one partition's records as a compressed frame."""
    lines = b"\n".join(msgspec.json.encode(_line(record)) for record in records)
    return bytes(cramjam.zstd.compress(lines + b"\n", level=3))


_lines = msgspec.json.Decoder(Line).decode_lines


def read(folder: Path, topics: Iterable[str]) -> Iterator[Record]:
    """Yield the archived records of `topics`, each offset once, partition by partition in the order of offsets.

    A partition of another cluster is another partition.
    """
    for place, line in lines(folder, topics):
        yield record_of(place, line)


def lines(folder: Path, topics: Iterable[str]) -> Iterator[tuple[Frame, Line]]:
    """Yield what `read` does, as it stands in the segments: each line with the frame that holds it."""
    wanted = set(topics)
    places: dict[tuple[str, str, int], list[tuple[Frame, Path]]] = {}
    for index in sorted(folder.glob(f"*{INDEX}")):
        held = msgspec.json.decode(index.read_bytes(), type=Index)
        segment = index.with_name(index.name.removesuffix(INDEX) + SEGMENT)
        for each in held.frames:
            if each.topic in wanted:
                places.setdefault((held.cluster, each.topic, each.partition), []).append((each, segment))
    for _, frames in sorted(places.items()):
        yield from _in_order(sorted(frames, key=lambda found: found[0].first_offset))


def _in_order(frames: Sequence[tuple[Frame, Path]]) -> Iterator[tuple[Frame, Line]]:
    following = 0
    for found, segment in frames:
        for line in _held(found, segment):
            if line.offset >= following:
                following = line.offset + 1
                yield found, line


def _held(found: Frame, segment: Path) -> list[Line]:
    with segment.open("rb") as file:
        file.seek(found.at_byte)
        return _lines(bytes(cramjam.zstd.decompress(file.read(found.bytes))))


def record_of(found: Frame, line: Line) -> Record:
    """Return a line as the record that was archived."""
    return Record(
        topic=found.topic,
        partition=found.partition,
        offset=line.offset,
        key=_bytes(line.key, line.key_base64),
        value=_bytes(line.value, line.value_base64),
        ce_type=line.ce_type,
        timestamp_ms=line.timestamp_ms,
    )


def _line(record: Record) -> Line:
    key, key_base64 = _text(record.key)
    value, value_base64 = _text(record.value)
    return Line(record.offset, record.timestamp_ms, record.ce_type, key, value, key_base64, value_base64)


def _text(content: bytes | None) -> tuple[str | None, str | None]:
    """Return `content` as text where it is, else in base64."""
    if content is None:
        return None, None
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError:
        return None, base64.b64encode(content).decode()


def _bytes(text: str | None, encoded: str | None) -> bytes | None:
    if text is not None:
        return text.encode()
    return base64.b64decode(encoded) if encoded is not None else None
