"""Whoever waits for work hears of it at once, and misses nothing across a broken line."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from services.dispatch.domain.sight import sees
from services.dispatch.storage import queue_events
from services.dispatch.storage.queue_events import QueueEvent
from shared import metrics
from shared.db.engine import scoped
from shared.http.tokens import Person
from shared.steady import Steadily

POLL_S = 0.5
"""The slow poll finds what other processes committed; a commit here wakes the broadcaster at once."""
LOOK_AGAIN_S = 0.02
"""After so long it looks again while somebody else's transaction holds back what is committed already."""
BATCH = 500
LISTENERS_MAX = 2_000
WAITING_MAX = 1_000
"""A listener this far behind is cut off: it comes back with Last-Event-ID."""


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream."""

    who: Person
    waiting: asyncio.Queue[QueueEvent | None] = field(default_factory=lambda: asyncio.Queue(WAITING_MAX))
    """None: the stream ends here."""


class Broadcaster(Steadily):
    """Reads the queues' events once for all listeners; no listener holds a database connection."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(self._look, POLL_S)
        self._engine = engine
        self._listeners: set[Listener] = set()
        self._seq: int | None = None

    async def _look(self) -> None:
        async with self._engine.connect() as tx:
            if self._seq is None:
                self._seq = await queue_events.newest(tx)
            news = await queue_events.after(tx, self._seq, BATCH)
            held_back = await queue_events.any_after(tx, news[-1].seq if news else self._seq)
        for event in news:
            self._seq = event.seq
            for listener in list(self._listeners):
                self._offer(listener, event)
        if len(news) == BATCH:
            self.wake()
        elif held_back:
            asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self.wake)

    def _offer(self, listener: Listener, event: QueueEvent) -> None:
        if not _for(listener.who, event):
            return
        if listener.waiting.qsize() < WAITING_MAX - 1:
            listener.waiting.put_nowait(event)
        else:
            self._listeners.discard(listener)
            listener.waiting.put_nowait(None)

    @contextmanager
    def listening(self, who: Person) -> Iterator[Listener]:
        """Take in a listener for as long as the context lasts."""
        listener = Listener(who)
        self._listeners.add(listener)
        metrics.STREAMS.labels("dispatch").set(len(self._listeners))
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            metrics.STREAMS.labels("dispatch").set(len(self._listeners))

    def full(self) -> bool:
        """Tell whether one more stream would be too many."""
        return len(self._listeners) >= LISTENERS_MAX


async def told(broadcaster: Broadcaster, api: AsyncEngine, who: Person, seq: int | None) -> AsyncIterator[QueueEvent]:
    """Yield what happens to the person's queues, what happened behind `seq` first; None: from now on."""
    with broadcaster.listening(who) as listener:
        async for missed in _missed(api, who, seq):
            yield missed
            # It may wait for this listener already: what was sent once is not sent again.
            seq = missed.seq
        while event := await listener.waiting.get():
            if seq is None or event.seq > seq:
                yield event


async def _missed(api: AsyncEngine, who: Person, seq: int | None) -> AsyncIterator[QueueEvent]:
    """Yield what happened behind `seq`; the person's connection is given back before anything is sent."""
    while seq is not None:
        async with scoped(api, who.claims()) as tx:
            page = await queue_events.after(tx, seq, BATCH)
        for event in page:
            yield event
        seq = page[-1].seq if len(page) == BATCH else None


def _for(who: Person, event: QueueEvent) -> bool:
    return sees(who.staff_id, who.role, who.region, event.where)
