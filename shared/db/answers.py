"""Answers kept under their Idempotency-Key: the same request twice is done once and answered twice."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and to what request."""

    fingerprint: str
    status: int
    body: object


async def claim(tx: AsyncConnection, principal: str, key: str) -> Answer | None:
    """Return the answer already given under `key`; None: this transaction may give it.

    A second request under the same key waits here until the first one's transaction has ended.
    """
    await tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"{principal}\n{key}"})
    rows = await tx.execute(
        text("SELECT fingerprint, status, body FROM answer WHERE principal = :principal AND idempotency_key = :key"),
        {"principal": principal, "key": key},
    )
    row = rows.one_or_none()
    return Answer(row.fingerprint, row.status, row.body) if row else None


async def keep(tx: AsyncConnection, principal: str, key: str, answer: Answer) -> None:
    """Keep `answer` under `key`, in the transaction that did the work."""
    await tx.execute(
        text(
            "INSERT INTO answer (principal, idempotency_key, fingerprint, status, body)"
            " VALUES (:principal, :key, :fingerprint, :status, CAST(:body AS jsonb))"
        ),
        {
            "principal": principal,
            "key": key,
            "fingerprint": answer.fingerprint,
            "status": answer.status,
            "body": msgspec.json.encode(answer.body).decode(),
        },
    )
