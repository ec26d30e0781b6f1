"""An archive made of given events, as the archive service would have kept them."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from services.archive.domain.segment import segment
from services.archive.storage import manifest
from shared import codec
from shared.arrival import Record
from shared.catalogue import topic_of
from shared.topic import Event

SECOND_MS = 1_000


def archive(folder: Path, events: Iterable[Event], cluster: str = "here") -> Path:
    """Archive `events` in `folder` as if they had come in this order, a second apart."""
    buffered: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
    for count, event in enumerate(events):
        topic = topic_of(type(event))
        log = buffered[topic.name, 0]
        log.append(
            Record(
                topic=topic.name,
                partition=0,
                offset=len(log),
                key=topic.key_of(event).encode(),
                value=codec.encode(event),
                ce_type=topic.name,
                timestamp_ms=count * SECOND_MS,
            )
        )
    manifest.write(folder, segment(cluster, buffered))
    return folder
