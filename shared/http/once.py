"""A write that creates something is done once under its Idempotency-Key, and answered again as often as it is asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Header
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import answers
from shared.db.answers import Answer
from shared.http.problems import UnprocessableError

IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=128)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A write as it was asked for."""

    principal: str
    key: str
    what: str
    """Method and path."""
    body: BaseModel | None

    @property
    def fingerprint(self) -> str:
        """Return what tells this request from another under the same key."""
        body = self.body.model_dump_json() if self.body else ""
        return sha256(f"{self.what}\n{body}".encode()).hexdigest()


async def once(tx: AsyncConnection, asked: Asked, work: Callable[[], Awaitable[tuple[int, object]]]) -> JSONResponse:
    """Answer `asked` by `work` (a status and a body), or as it was answered before.

    Raises:
        UnprocessableError: the key was used for another request.
    """
    known = await answers.claim(tx, asked.principal, asked.key)
    if known is None:
        status, body = await work()
        known = Answer(asked.fingerprint, status, jsonable_encoder(body))
        await answers.keep(tx, asked.principal, asked.key, known)
    if known.fingerprint != asked.fingerprint:
        raise UnprocessableError("this Idempotency-Key was used for another request")
    return JSONResponse(known.body, status_code=known.status)
