"""Measures every upstream feed as its records arrive, and tells Prometheus as time passes.

It decides nothing and buries nothing: the services that use a record do. It only counts, each record once.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from services.intake.domain.arrivals import Arrived, batch_of
from services.intake.domain.envelope import open_topics
from services.intake.domain.feeds import Quality
from services.intake.storage import feeds
from shared import codec, metrics
from shared.arrival import Record
from shared.calendar import local_date
from shared.clock import monotonic, system_now
from shared.codec import RefusedRecordError
from shared.db import offsets
from shared.db.business_clock import business_now
from shared.db.offsets import Place
from shared.runner import Interest, Shell, Surroundings
from shared.station import Station
from shared.steady import Steadily
from shared.topic import Event, Topic

LOOK_S = 5.0
HEARD: tuple[Topic[Event], ...] = tuple(open_topics().values())
"""Every topic that upstream systems publish to, raw CDRs among them."""


class Meter(Shell):
    """Counts each record once, by the offset guard, in the order in which they came."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(Interest(consumer="feeds", topics=HEARD), around)

    async def _decide(self, records: Sequence[Record]) -> None:
        started = monotonic()
        topic = self._topics[records[0].topic]
        place = Place(self._around.cluster, records[0].topic, records[0].partition)
        async with self._around.engine.begin() as tx:
            from_offset = await offsets.advance(tx, place, records[0].offset, records[-1].offset + 1)
            todo = [record for record in records if record.offset >= from_offset]
            # In a simulation business time is elsewhere, and the age of a record in the log is what is true of it.
            ahead = await business_now(tx) - system_now()
            arrived, refused = _read(topic, todo, ahead)
            if arrived:
                await feeds.add(tx, topic.name, batch_of(arrived, every_id=topic.archived))
            if refused:
                await feeds.add_refused(tx, topic.name, refused)
        self._measure(records, (len(todo), len(arrived), len(refused)), started)


class Watch(Steadily):
    """Tells Prometheus how each feed is today, also when nothing comes, and forgets what is too old."""

    def __init__(self, station: Station) -> None:
        super().__init__(self._look, LOOK_S)
        self._station = station
        self._tidy_on: date | None = None

    async def _look(self) -> None:
        async with self._station.stream.begin() as tx:
            today = local_date(await business_now(tx))
            for told in await feeds.judged(tx, self._station.policies.book, today):
                tell(told)
            if self._tidy_on != today and await feeds.forget(tx, today):
                self._tidy_on = today


def tell(told: Quality) -> None:
    """Set the gauges of one feed; what is not known of it today is not told."""
    metrics.FEED_SILENT_SECONDS.labels(told.topic).set(told.silent_s)
    for gauge, value in (
        (metrics.FEED_COMPLETENESS, told.completeness),
        (metrics.FEED_DELAY_SECONDS, told.delay_s_p95),
        (metrics.FEED_REPEATED, told.repeated_share),
        (metrics.FEED_REFUSED, told.refused_share),
    ):
        if value is None:
            gauge.remove(told.topic)
        else:
            gauge.labels(told.topic).set(value)


def _read(topic: Topic[Event], records: Sequence[Record], ahead: timedelta) -> tuple[list[Arrived], list[date]]:
    """Return what could be read, and of what could not the days of arrival."""
    arrived: list[Arrived] = []
    refused: list[date] = []
    for record in records:
        at = datetime.fromtimestamp(record.timestamp_ms / 1000, UTC) + ahead
        try:
            event = codec.decode(topic, record.value, record.ce_type)
            codec.check_key(topic, event, record.key)
            arrived.append(Arrived(event, at))
        except RefusedRecordError:
            refused.append(local_date(at))
    return arrived, refused
