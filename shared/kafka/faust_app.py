"""Faust at the edge: it brings batches and keeps a worker's lifecycle; the runner decides, PostgreSQL remembers.

Why so narrow (docs/decisions/0003): in 0.15.3 an exception that leaves an agent commits the event away, `concurrency`
above 1 commits past unfinished events, and tables lose state on recovery. So: raw bytes in, concurrency 1, no tables,
acknowledgement after our commit, and no exception leaves an agent.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import groupby
from tempfile import gettempdir
from typing import Any, cast

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, EventT, StreamT

from shared import log
from shared.kafka.assignment import Positions
from shared.kafka.consumer import BATCH
from shared.kafka.records import record_of
from shared.runner import Runner
from shared.settings import Settings

logger = log.get(__name__)

WITHIN_S = 0.05
"""How long a batch may fill: it bounds the delay of a lone event."""


class FaustConsumer:
    """One Faust worker, deciding through `runner`; elsewhere `shared.kafka.consumer.Consumer` stands in its place."""

    def __init__(self, settings: Settings, runner: Runner, positions: Positions) -> None:
        self._runner = runner
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._app = _app(settings, runner.hearing.consumer)
        transport = _Transport(self._app.conf.broker_consumer, self._app)
        transport.positions, transport.fail = positions, self._fail
        self._app.transport = transport
        for topic in runner.hearing.topics:
            for name in (topic.name, *topic.upcasters):
                self._listen(name)

    @property
    def assigned(self) -> bool:
        """Tell whether the group has given this worker its share, be it empty."""
        tables = cast(TableManager, self._app.tables)
        return bool(tables.recovery.completed.is_set() and not self._app.rebalancing)

    async def run(self) -> None:
        """Fetch and decide until cancelled.

        Raises:
            OffsetGapError: Faust left out records; a fresh process begins again at PostgreSQL's position.
            StopServiceError: a person must mend something first.
        """
        stopped = asyncio.ensure_future(self._app.wait_until_stopped())
        try:
            await self._app.start()
            await asyncio.wait({self._failed, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                await self._failed
            raise RuntimeError("the Faust worker stopped by itself") from self._app.crash_reason
        finally:
            stopped.cancel()
            await self._app.stop()

    def _fail(self, failure: Exception) -> None:
        if not self._failed.done():
            self._failed.set_exception(failure)

    def _listen(self, name: str) -> None:
        channel = self._app.topic(name, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes)

        async def agent(stream: StreamT[Any]) -> AsyncIterator[int]:
            async for events in cast(faust.Stream[Any], stream).noack_take(BATCH, within=WITHIN_S):
                await self._decide(events)
                yield len(events)

        self._app.agent(channel, name=f"hear-{name}", concurrency=1)(agent)

    async def _decide(self, events: Sequence[EventT[Any]]) -> None:
        """Decide, then acknowledge. After a failure nothing is acknowledged, and this agent takes no more."""
        messages = sorted((event.message for event in events), key=lambda message: (message.tp, message.offset))
        try:
            for _, group in groupby(messages, key=lambda message: message.tp):
                await self._runner.process([record_of(each, int(each.timestamp * 1000)) for each in group])
        except Exception as failure:
            self._fail(failure)
            await asyncio.Event().wait()
        for event in events:
            event.ack()


def _app(settings: Settings, group: str) -> faust.App:
    return faust.App(
        group,
        broker=[f"kafka://{server}" for server in settings.kafka.split(",")],
        processing_guarantee="at_least_once",
        store="memory://",
        # Faust makes folders for tables that we don't have: not where it was started, which may be read-only.
        datadir=f"{gettempdir()}/keepline-faust-{os.getuid()}",
        autodiscover=False,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        broker_session_timeout=settings.session_timeout_ms / 1000,
        broker_heartbeat_interval=settings.session_timeout_ms / 4000,
        stream_wait_empty=False,
        logging_config={"version": 1, "disable_existing_loggers": False},
    )


class _Consumer(driver.Consumer):
    """Begins at PostgreSQL's positions, where Faust would begin at the group's committed ones."""

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        transport = cast(_Transport, self.transport)
        places = [TopicPartition(tp.topic, tp.partition) for tp in self.assignment()]
        try:
            following = await transport.positions.take_over(places)
        except Exception as failure:
            transport.fail(failure)
            raise
        sought = {TP(place.topic, place.partition): offset for place, offset in following.items()}
        await self.seek_wait(sought)
        return sought


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        client = super()._create_worker_consumer(transport)
        # Faust ties this to its own exactly-once mode; an upstream's aborted transaction must not be heard either way.
        client._isolation_level = "read_committed"
        return client


class _Transport(driver.Transport):
    """Carries what `_Consumer` needs: Faust builds its consumer itself."""

    Consumer = _Consumer
    positions: Positions
    fail: Callable[[Exception], None]
