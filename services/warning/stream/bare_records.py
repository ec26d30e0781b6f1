"""Records as aiokafka's parser reads them, without the object that it then makes of each: that is half of fetching.

The sieve looks at records by the ten thousand, and at nothing but value, headers and offset. What is aborted, skipped
or out of place is still aiokafka's to tell (0.14.0, pinned); nothing but the shape of what it hands out is another.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import PartitionRecords


class BareRecord(Protocol):
    """A record as it lies in its batch."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def bare(key: bytes) -> bytes:
    """Return the key as it is; a consumer whose `key_deserializer` this is gets bare records."""
    return key


def whole(place: TopicPartition, record: BareRecord) -> ConsumerRecord[bytes, bytes]:
    """Return the record as other consumers get it."""
    told = (record.offset, record.timestamp, record.timestamp_type, record.key, record.value)
    sizes = (len(record.key or b""), len(record.value or b""))
    return ConsumerRecord(place.topic, place.partition, *told, None, *sizes, tuple(record.headers))


class _BareRecords(PartitionRecords):
    """What was fetched of a partition."""

    def _consumer_record(self, place: TopicPartition, record: BareRecord) -> BareRecord:
        return record


def _records(place: Any, records: Any, aborted: Any, offset: int, key_deserializer: Any, *told: Any) -> Any:
    kind = _BareRecords if key_deserializer is bare else PartitionRecords
    return kind(place, records, aborted, offset, key_deserializer, *told)


# The fetcher has no other place where the shape of what it hands out could be said.
fetcher.PartitionRecords = _records
