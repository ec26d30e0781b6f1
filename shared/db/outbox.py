"""The outbox: what a transaction says is published if and only if the transaction commits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import codec
from shared.catalogue import topic_of
from shared.db.plumbing import SHARDS
from shared.topic import Event


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A row that waits for the relay."""

    id: int
    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


async def put(tx: AsyncConnection, events: Iterable[Event]) -> int:
    """Say `events` in this transaction, in their order; return how many.

    Whoever says two events of one key in two transactions must hold that key's lock before this call: then the rows'
    numbers follow the order of commits.
    """
    rows = [_row(event) for event in events]
    if rows:
        await tx.execute(
            text(
                "INSERT INTO outbox (shard, topic, key, value, headers)"
                " VALUES (:shard, :topic, :key, :value, CAST(:headers AS jsonb))"
            ),
            rows,
        )
    return len(rows)


def _row(event: Event) -> dict[str, object]:
    topic = topic_of(type(event))
    key = topic.key_of(event).encode()
    headers = {name: value.decode() for name, value in codec.headers(topic, event)}
    return {
        "shard": crc32(key) % SHARDS,
        "topic": topic.name,
        "key": key,
        "value": codec.encode(event),
        "headers": msgspec.json.encode(headers).decode(),
    }


async def lock_shards(tx: AsyncConnection, schema: str) -> list[int]:
    """Return the shards that this connection may publish: it holds their locks until it closes."""
    rows = await tx.execute(
        text(
            "SELECT shard FROM generate_series(0, :last) AS shard"
            " WHERE pg_try_advisory_lock(hashtext(:name), shard) ORDER BY shard"
        ),
        {"last": SHARDS - 1, "name": f"{schema}.outbox"},
    )
    return [row.shard for row in rows]


async def hear_of_others(connection: AsyncConnection, schema: str, committed: Callable[[], None]) -> None:
    """Have `committed` called when another process of the service has committed something for these shards to say."""
    raw = await connection.get_raw_connection()
    listening: Any = raw.driver_connection
    await listening.add_listener(_channel(schema), lambda *_: committed())


async def tell_others(connection: AsyncConnection, schema: str) -> None:
    """Wake the relays of the service's other processes; never in a transaction that decides, which it would hold up."""
    await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": _channel(schema)})


def _channel(schema: str) -> str:
    return f"{schema}_outbox"


async def take(tx: AsyncConnection, shards: Sequence[int], limit: int) -> list[Unpublished]:
    """Return the oldest unpublished rows of `shards`, in order."""
    rows = await tx.execute(
        text(
            "SELECT id, topic, key, value, headers FROM outbox"
            " WHERE shard = ANY(CAST(:shards AS smallint[])) ORDER BY id LIMIT :limit"
        ),
        {"shards": list(shards), "limit": limit},
    )
    return [
        Unpublished(row.id, row.topic, row.key, row.value, [(k, v.encode()) for k, v in row.headers.items()])
        for row in rows
    ]


async def delete(tx: AsyncConnection, ids: Sequence[int]) -> None:
    """Forget rows that the broker has acknowledged."""
    await tx.execute(text("DELETE FROM outbox WHERE id = ANY(:ids)"), {"ids": list(ids)})


async def depth(tx: AsyncConnection) -> int:
    """Return how many events wait to be published."""
    count: int = (await tx.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
    return count
