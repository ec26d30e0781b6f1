"""The same work as a Quix Streams application keeps it: the ids seen in state, each number's day in a tumbling window.

Event time is shifted by the zone's offset, because Quix's windows begin at midnight UTC; a window is final when its
partition has passed its end and the grace. State is RocksDB with changelogs, as Quix keeps it.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from quixstreams import Application
from quixstreams.state import State

from bench.sieve import plain
from bench.sieve.contenders.job import Job, Stopwatch, answer, job
from bench.sieve.plain import Kept
from shared import codec
from shared.events.call_detail_record import TOPIC as CDRS
from shared.events.call_detail_record import CallDetailRecord

OFFSET_MS = 8 * 3_600_000
COMMIT_S = 5.0
REMEMBERED = timedelta(hours=31)
"""A record may come again until its day is closed."""


@lru_cache(maxsize=1)
def read(value: bytes) -> CallDetailRecord:
    """Return the record in `value`.

    Quix pickles what it hands to two branches, and bytes are the quickest to pickle: so the last record is kept here.
    """
    return codec.decode(CDRS, value)


def local_ms(cdr: CallDetailRecord) -> int:
    """Return the record's time as if the zone's midnight were UTC's."""
    return int(cdr.occurred_at.timestamp() * 1000) + OFFSET_MS


def first_time(value: bytes, state: State[str, int]) -> bool:
    """Tell whether the record is new, and remember it."""
    identity = read(value).id
    if state.exists(identity):
        return False
    state.set(identity, 1, ttl=REMEMBERED)
    return True


def said_of_day(window: dict[str, Any], key: bytes, *_: object) -> bytes:
    """Return the event of a closed window."""
    day = datetime.fromtimestamp(window["start"] / 1000, UTC).date()
    kept: Kept = window["value"]
    return codec.encode(plain.usage_day(key.decode(), day, kept))


def signals_in(value: bytes) -> list[bytes]:
    """Return the signal that the record is, if it is one."""
    signal = plain.signal_in(read(value))
    return [codec.encode(signal)] if signal else []


def begun(value: bytes) -> Kept:
    """Return what is kept of a number's first record of a day."""
    return counted(plain.none_yet(), value)


def counted(kept: Kept, value: bytes) -> Kept:
    """Count one record in."""
    return plain.add(kept, read(value))


def application(told: Job, watch: Stopwatch) -> Application:
    """Return the application; it stops behind the last record."""

    def arrived(value: bytes, *_: object) -> int:
        watch.begin()
        return local_ms(read(value))

    def processed(*_: object) -> None:
        watch.records += 1
        if watch.records == told.records:
            app.stop()

    app = Application(
        told.kafka,
        consumer_group=told.group,
        auto_offset_reset="earliest",
        commit_interval=COMMIT_S,
        state_dir=told.home,
        on_message_processed=processed,
        producer_extra_config={"compression.type": "lz4"},
        loglevel="WARNING",
    )
    signals = app.topic(told.signals, value_serializer="bytes")
    days = app.topic(told.days, value_serializer="bytes")
    cdrs = app.dataframe(app.topic(told.topic, value_deserializer="bytes", timestamp_extractor=arrived))
    cdrs.apply(signals_in, expand=True).to_topic(signals)
    tallies = cdrs.filter(first_time, stateful=True).tumbling_window(timedelta(days=1), plain.GRACE)
    closed = tallies.reduce(counted, begun).final(closing_strategy="partition")
    closed.apply(said_of_day, metadata=True).to_topic(days)
    return app


def main() -> None:
    """Run until the last record is taken, and everything is committed."""
    told, watch = job(), Stopwatch()
    application(told, watch).run()
    answer(told, watch.stop())


if __name__ == "__main__":
    main()
