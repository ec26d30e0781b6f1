"""A segment: what was buffered of every partition, compressed, with the index that says where each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.archive import Frame, Index, frame
from shared.arrival import Record
from shared.ids import derived_id


@dataclass(frozen=True, slots=True)
class Segment:
    """The bytes to be written, and what they hold."""

    name: str
    content: bytes
    index: Index


def segment(cluster: str, buffered: Mapping[tuple[str, int], Sequence[Record]]) -> Segment:
    """Return the segment of `buffered`, records by topic and partition; the same records give the same name."""
    content = bytearray()
    frames: list[Frame] = []
    for (topic, partition), records in sorted(buffered.items()):
        compressed = frame(records)
        frames.append(
            Frame(
                topic=topic,
                partition=partition,
                first_offset=records[0].offset,
                next_offset=records[-1].offset + 1,
                at_byte=len(content),
                bytes=len(compressed),
            )
        )
        content += compressed
    held = Index(cluster=cluster, frames=tuple(frames))
    return Segment(_name(held), bytes(content), held)


def _name(index: Index) -> str:
    places = [f"{each.topic}/{each.partition}/{each.first_offset}-{each.next_offset}" for each in index.frames]
    return f"segment-{derived_id(index.cluster, *places)}"
