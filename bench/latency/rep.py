"""A rep at work: signed in, and listening for what comes into the queue, as a call-centre app does it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import httpx
import msgspec

from bench.latency.base import ADMIN, REP, STAFF


async def token(http: httpx.AsyncClient, urls: Mapping[str, str], staff_id: str) -> dict[str, str]:
    """Return the header that says who asks."""
    answer = await http.post(f"{urls['issuer']}/token", json={"staff_id": staff_id})
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


async def record_staff(http: httpx.AsyncClient, urls: Mapping[str, str]) -> None:
    """Record the rep, so that work is passed down to the rep's county."""
    role, region = STAFF[REP]
    body = {"name": REP, "role": role, "region": region}
    headers = await token(http, urls, ADMIN)
    (await http.put(f"{urls['dispatch']}/staff/{REP}", json=body, headers=headers)).raise_for_status()


class Listening:
    """What the rep's stream has told so far."""

    def __init__(self) -> None:
        self.heard: dict[str, float] = {}
        """When each work item was first told of, by `perf_counter`."""

    async def _listen(self, stream: httpx.Response) -> None:
        async for line in stream.aiter_lines():
            at = perf_counter()
            if line.startswith("data:"):
                data: dict[str, Any] = msgspec.json.decode(line.removeprefix("data:"))
                self.heard.setdefault(data["work_item_id"], at)


@asynccontextmanager
async def listening(http: httpx.AsyncClient, urls: Mapping[str, str]) -> AsyncIterator[Listening]:
    """Open the rep's stream for as long as the context lasts."""
    headers = await token(http, urls, REP)
    async with http.stream("GET", f"{urls['dispatch']}/events", headers=headers, timeout=None) as stream:
        stream.raise_for_status()
        rep = Listening()
        task = asyncio.create_task(rep._listen(stream))
        try:
            yield rep
        finally:
            task.cancel()
