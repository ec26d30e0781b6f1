"""`/live`, `/ready`, `/metrics`, `/progress`: what supervisors, dashboards and a simulator ask of a service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared import metrics


class Progress(BaseModel):
    """How far a service is: next offset by topic and partition, events unpublished, days whose dues are not done."""

    consumer: str
    ready: bool
    positions: dict[str, dict[int, int]]
    outbox: int
    due: int
    halted: str | None = None
    """Why it stopped deciding; None: it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a service can say of itself."""

    ready: Callable[[], Awaitable[str | None]]
    """None when ready, else what is missing."""
    progress: Callable[[], Awaitable[Progress]]


def routes(health: Health) -> APIRouter:
    """Return the routes that need no token: they tell nothing about customers."""
    router = APIRouter(tags=["health"], include_in_schema=False)

    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/ready")
    async def ready(response: Response) -> dict[str, str]:
        missing = await health.ready()
        response.status_code = 503 if missing else 200
        return {"status": missing or "ready"}

    @router.get("/progress")
    async def progress() -> Progress:
        return await health.progress()

    @router.get("/metrics")
    async def exposition() -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")

    return router
