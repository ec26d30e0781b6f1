"""The FastAPI application that every service serves: its own routes, health, problems, a clock on each request."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from shared.http import health, problems
from shared.http.health import Health
from shared.http.timing import Timing
from shared.http.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Front:
    """What a service shows over HTTP beside its health."""

    says: str
    """What its OpenAPI page leads with."""
    routers: Sequence[APIRouter] = ()
    room: object = None
    """What the routes work with: their service's own type, found by each route as a dependency."""


def new_app(service: str, front: Front, tokens: Tokens, report: Health) -> FastAPI:
    """Return the application of `service`."""
    app = FastAPI(title=f"Keepline {service}", description=front.says, version="1", docs_url=None, redoc_url=None)
    app.state.tokens, app.state.room = tokens, front.room
    for router in front.routers:
        app.include_router(router)
    app.include_router(health.routes(report))
    problems.install(app)
    app.add_middleware(Timing, service=service)
    return app
