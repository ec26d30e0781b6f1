"""Counters and what measures remember, read under locks and written for a whole batch."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kpi.domain.count import Memory, due_on
from services.kpi.domain.measure import AnyMeasure, Cell, Increment

SHAPE = 1
CELL = ("month", "region", "staff_id", "factor")


async def load(tx: AsyncConnection, customers: Iterable[str], measures: Sequence[AnyMeasure]) -> dict[str, Memory]:
    """Return what is remembered of `customers`, locked in order until the transaction ends."""
    wanted = sorted(set(customers))
    await tx.execute(
        text(
            "INSERT INTO memory (customer_id, shape, value) SELECT c, :shape, '{}'"
            " FROM unnest(CAST(:customers AS text[])) AS c ON CONFLICT DO NOTHING"
        ),
        {"customers": wanted, "shape": SHAPE},
    )
    rows = await tx.execute(
        text(
            "SELECT customer_id, value FROM memory WHERE customer_id = ANY(:customers)"
            " ORDER BY customer_id FOR NO KEY UPDATE"
        ),
        {"customers": wanted},
    )
    return {row.customer_id: read(row.value, measures) for row in rows}


def read(value: dict[str, Any], measures: Sequence[AnyMeasure]) -> Memory:
    """Return each measure's memory from its stored form."""
    return {m.id: msgspec.convert(value[m.id], type(m.fresh)) for m in measures if m.id in value}


async def save(
    tx: AsyncConnection, before: Mapping[str, Memory], after: Mapping[str, Memory], measures: Sequence[AnyMeasure]
) -> None:
    """Write what changed, with the day that each customer's memory waits for."""
    changed = [
        {
            "customer_id": customer_id,
            "value": msgspec.json.encode(_remembered(memory, measures)).decode(),
            "due_on": due_on(measures, memory),
        }
        for customer_id, memory in sorted(after.items())
        if memory != before[customer_id]
    ]
    if changed:
        await tx.execute(
            text("UPDATE memory SET value = CAST(:value AS jsonb), due_on = :due_on WHERE customer_id = :customer_id"),
            changed,
        )


def _remembered(memory: Memory, measures: Sequence[AnyMeasure]) -> dict[str, Struct]:
    fresh = {measure.id: measure.fresh for measure in measures}
    return {measure: value for measure, value in memory.items() if value != fresh[measure]}


async def add(tx: AsyncConnection, increments: Iterable[tuple[str, Increment]]) -> None:
    """Add `increments` to their counters, in one order for all."""
    summed: Counter[tuple[str, Cell]] = Counter()
    for measure, increment in increments:
        summed[measure, increment.cell] += increment.value
    rows = [
        {"measure": measure, "value": value} | {name: getattr(cell, name) for name in CELL}
        for (measure, cell), value in sorted(summed.items())
        if value
    ]
    if rows:
        await tx.execute(
            text(
                "INSERT INTO counter AS known (measure, month, region, staff_id, factor, value)"
                " VALUES (:measure, :month, CAST(CAST(:region AS text) AS ltree), :staff_id, :factor, :value)"
                " ON CONFLICT (measure, month, region, staff_id, factor)"
                " DO UPDATE SET value = known.value + excluded.value"
            ),
            rows,
        )


async def waiting_for(tx: AsyncConnection, day: date, limit: int) -> list[str]:
    """Return customers whose memory waits for `day` or one before it, at most `limit`."""
    rows = await tx.execute(
        text("SELECT customer_id FROM memory WHERE due_on <= :day ORDER BY due_on, customer_id LIMIT :limit"),
        {"day": day, "limit": limit},
    )
    return list(rows.scalars())


async def everything(tx: AsyncConnection) -> dict[tuple[str, Cell], int]:
    """Return all counters that are not 0."""
    rows = await tx.execute(
        text(
            "SELECT measure, month, CAST(region AS text) AS region, staff_id, factor, value"
            " FROM counter WHERE value <> 0"
        )
    )
    return {(row.measure, Cell(*(getattr(row, name) for name in CELL))): row.value for row in rows}


async def last_day_swept(tx: AsyncConnection) -> date | None:
    """Return the last day whose dues are done."""
    day: date | None = (await tx.execute(text("SELECT max(day) FROM due_day WHERE swept_at IS NOT NULL"))).scalar_one()
    return day
