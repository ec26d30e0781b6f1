"""The same work as a Faust application keeps it: an agent, and tables with their changelogs.

A table that maps each id seen to nothing tells resent records; another one holds the tally of each number and day.
Values are bytes that we encode ourselves, and the store is in memory: the quickest that Faust offers. Days are closed
with the help of a plain index beside the tables, which Faust can't ask for all keys of a day.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

import faust
import msgspec
import uvloop
from faust.types import FutureMessage, StreamT, TopicT

from bench.servers import PARTITIONS
from bench.sieve import logs, plain
from bench.sieve.contenders.job import Job, Result, Stopwatch, answer, job
from shared import codec
from shared.calendar import local_date
from shared.events.call_detail_record import TOPIC as CDRS
from shared.events.call_detail_record import CallDetailRecord
from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay
from shared.settings import Settings

BYTES: dict[str, Any] = {"key_type": bytes, "value_type": bytes}
RAW = BYTES | {"key_serializer": "raw", "value_serializer": "raw"}
TABLES = ("tallies", "seen")
SEEN = b"1"
_encode = msgspec.json.encode
_kept = msgspec.json.Decoder(plain.Kept).decode


def application(told: Job) -> faust.App:
    """Return the application."""
    return faust.App(
        told.group,
        broker=f"kafka://{told.kafka}",
        processing_guarantee="at_least_once",
        store="memory://",
        datadir=told.home,
        autodiscover=False,
        web_enabled=False,
        topic_disable_leader=True,
        topic_partitions=PARTITIONS,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=5.0,
        producer_linger=0.1,
        producer_max_batch_size=131_072,
        producer_compression_type="lz4",
        stream_wait_empty=False,
    )


@dataclass(slots=True)
class OpenDay:
    """What the tables hold of a day in one partition."""

    numbers: set[bytes] = field(default_factory=set)
    ids: list[bytes] = field(default_factory=list)


class Tallying:
    """The agent and its tables."""

    def __init__(self, app: faust.App, told: Job) -> None:
        self._app = app
        self._told = told
        self._taken = asyncio.Event()
        self._signals, self._days = app.topic(told.signals, **RAW), app.topic(told.days, **RAW)
        self._tallies, self._seen = (app.Table(name, partitions=PARTITIONS, **BYTES) for name in TABLES)
        self._open: defaultdict[int, dict[date, OpenDay]] = defaultdict(dict)
        self._latest: dict[int, datetime] = {}
        self._watch = Stopwatch()
        self._unacknowledged: list[FutureMessage] = []
        app.agent(app.topic(told.topic, **RAW), name="tallying", concurrency=1)(self._take_all)

    async def _take_all(self, stream: StreamT[Any]) -> None:
        async for event in cast(faust.Stream[Any], stream).events():
            self._watch.begin()
            await self._take(event.message.partition, codec.decode(CDRS, event.message.value))
            self._watch.records += 1
            if self._watch.records == self._told.records:
                self._taken.set()

    async def _take(self, partition: int, cdr: CallDetailRecord) -> None:
        signal = plain.signal_in(cdr)
        if signal:
            await self._say(self._signals, signal)
        latest = max(cdr.occurred_at, self._latest.get(partition, cdr.occurred_at))
        self._tally(cdr, self._open[partition], self._latest.get(partition))
        self._latest[partition] = latest
        for day in [day for day in self._open[partition] if plain.closes_at(day) <= latest]:
            await self._close(day, self._open[partition].pop(day))

    def _tally(self, cdr: CallDetailRecord, days: dict[date, OpenDay], latest: datetime | None) -> None:
        day, identity = local_date(cdr.occurred_at), cdr.id.encode()
        late = latest is not None and plain.closes_at(day) <= latest
        if late or identity in self._seen:
            return
        key = f"{cdr.msisdn} {day}".encode()
        known = self._tallies.get(key)
        tallied = plain.add(_kept(known) if known else plain.none_yet(), cdr)
        self._tallies[key] = _encode(tallied)
        self._seen[identity] = SEEN
        kept = days.setdefault(day, OpenDay())
        kept.numbers.add(key)
        kept.ids.append(identity)

    async def _close(self, day: date, kept: OpenDay) -> None:
        for key in kept.numbers:
            await self._say(self._days, plain.usage_day(key.split()[0].decode(), day, _kept(self._tallies.pop(key))))
        for identity in kept.ids:
            del self._seen[identity]

    async def _say(self, topic: TopicT, event: SignalHeard | UsageDay) -> None:
        sent = await topic.send(key=event.msisdn.encode(), value=codec.encode(event))
        self._unacknowledged.append(cast(FutureMessage, sent))

    async def finished(self) -> Result:
        """Wait until all records are taken and what was said of them, changelogs too, is acknowledged."""
        await self._taken.wait()
        await asyncio.gather(*self._unacknowledged)
        await self._app.producer.flush()
        return self._watch.stop()


async def main() -> None:
    """Run until the last record is taken."""
    told = job()
    # A Faust worker that finds its changelogs not made yet can wait for them for good.
    await logs.make_topics(Settings(), [f"{told.group}-{name}-changelog" for name in TABLES])
    app = application(told)
    tallying = Tallying(app, told)
    await app.start()
    answer(told, await tallying.finished())
    await app.stop()


if __name__ == "__main__":
    # Faust's own threads take their loops from the policy.
    uvloop.install()
    asyncio.run(main())
