"""What every contender is expected to say, by the plain sieve."""

from collections.abc import Iterable, Iterator

from aiokafka.partitioner import murmur2

from bench.servers import PARTITIONS
from bench.sieve.outputs import Outputs
from bench.sieve.plain import PlainSieve
from shared.events.call_detail_record import TOPIC, CallDetailRecord


class Expected:
    """The plain sieve of every partition."""

    def __init__(self) -> None:
        self.outputs = Outputs()
        self.records = 0
        self.said = 0
        """Events said, those about resent records among them."""
        self._sieves = [PlainSieve() for _ in range(PARTITIONS)]

    def following(self, cdrs: Iterable[CallDetailRecord]) -> Iterator[CallDetailRecord]:
        """Yield `cdrs` as they are, each after it was taken."""
        for cdr in cdrs:
            partition = (murmur2(TOPIC.key_of(cdr).encode()) & 0x7FFFFFFF) % PARTITIONS
            events = list(self._sieves[partition].take(cdr))
            self.outputs.hear(events)
            self.said += len(events)
            self.records += 1
            yield cdr
