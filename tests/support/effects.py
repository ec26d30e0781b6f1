"""A consumer with the simplest effect there is: one row for each event that it decides, so that a second one shows."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.arrival import Arrival, Record
from shared.catalogue import topic_of
from shared.events.payment_received import PaymentReceived
from shared.kafka.consumer import Consumer
from shared.runner import Hearing, Runner
from shared.settings import Settings
from shared.station import Station, open_station
from shared.topic import Event
from tests.support.builders import NUMBER, at
from tests.support.running import record_of, task_running, until
from tests.support.tables import Tables

CONSUMER = "effects"
PAYMENTS = topic_of(PaymentReceived)
Before = Callable[[AsyncConnection, Sequence[Arrival]], Awaitable[None]]
"""Called in the transaction, before the effects are written."""


class Effects:
    """Writes down each event's id, in order; `before` may fail."""

    def __init__(self, before: Before | None = None, says: Sequence[Event] = ()) -> None:
        self._before = before
        self._says = says
        self.calls: list[list[str]] = []
        """The ids of each batch that was to be decided, committed or not."""

    async def __call__(self, tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
        """Write one row for each arrival."""
        self.calls.append([arrival.event.id for arrival in arrivals])
        if self._before:
            await self._before(tx, arrivals)
        rows = [{"id": arrival.event.id} for arrival in arrivals]
        await tx.execute(text("INSERT INTO effect (event_id) VALUES (:id)"), rows)
        return self._says


async def forget(tx: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
    """Empty the inbox, as time does in the end: from then on the offset guard alone keeps effects from coming twice."""
    await tx.execute(text("DELETE FROM inbox"))


async def make_table(tables: Tables) -> None:
    """Make the table of effects, in the schema of dispatch."""
    await tables.change(
        "CREATE TABLE dispatch.effect (place bigint GENERATED ALWAYS AS IDENTITY, event_id text NOT NULL)"
    )


async def effects(tables: Tables) -> list[str]:
    """Return the ids of all effects, in the order in which they were written."""
    return await tables.column("SELECT event_id FROM dispatch.effect ORDER BY place")


async def position(tables: Tables, partition: int = 0) -> int:
    """Return the offset that is to be decided next."""
    found: int = await tables.one(
        "SELECT next_offset FROM dispatch.consumer_offset WHERE topic = :topic AND partition = :partition",
        topic=PAYMENTS.name,
        partition=partition,
    )
    return found


def payment(name: str) -> PaymentReceived:
    """Return an event by its id; all of them are of one number, and so of one partition."""
    return PaymentReceived(id=name, occurred_at=at("2026-03-05 10:00"), msisdn=NUMBER, amount_fen=100, remaining_fen=0)


def payments(first: int, following: int, partition: int = 0) -> list[Record]:
    """Return records at the offsets from `first` to before `following`, with ids by their offsets."""
    return [record_of(payment(f"p{offset}"), offset, partition) for offset in range(first, following)]


def ids(first: int, following: int) -> list[str]:
    """Return the ids of `payments` at the same offsets."""
    return [f"p{offset}" for offset in range(first, following)]


@asynccontextmanager
async def holder(settings: Settings, handle: Effects) -> AsyncIterator[tuple[Runner, Station]]:
    """Open what one process decides with: its own connections, and a runner whose partitions begin at offset 0."""
    async with open_station(settings, "dispatch") as station:
        async with station.stream.begin() as tx:
            await tx.execute(
                text(
                    "INSERT INTO consumer_offset (cluster, topic, partition, next_offset)"
                    " SELECT :cluster, :topic, generate_series(0, 1), 0 ON CONFLICT DO NOTHING"
                ),
                {"cluster": station.cluster, "topic": PAYMENTS.name},
            )
        yield station.runner(hearing(handle)), station


def hearing(handle: Effects) -> Hearing:
    """Return what the consumer of effects hears."""
    return Hearing(consumer=CONSUMER, topics=(PAYMENTS,), handle=handle)


@asynccontextmanager
async def consuming(settings: Settings, handle: Effects) -> AsyncIterator[Station]:
    """Run a consumer on the real log of payments until the context ends; `begin_now` has said where it begins."""
    async with open_station(settings, "dispatch") as station:
        consumer = Consumer(settings, station.runner(hearing(handle)), station.positions)
        async with task_running(consumer.run) as task:

            async def assigned() -> bool:
                if task.done():
                    task.result()
                return consumer.assigned

            await until(assigned, what="the consumer to have its partitions")
            yield station
