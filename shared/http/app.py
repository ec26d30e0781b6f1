"""The FastAPI application that every service serves: its own routes, health, problems, a clock on each request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, FastAPI
from msgspec import Struct

from shared.http import health, policies, problems
from shared.http.health import Health
from shared.http.policies import PolicyRoom
from shared.http.policy_desk import Rehearse, unrehearsed
from shared.http.timing import Timing
from shared.http.tokens import Tokens
from shared.policy import Family


@dataclass(frozen=True, slots=True)
class Front:
    """What a service shows over HTTP beside its health."""

    says: str
    """What its OpenAPI page leads with."""
    routers: Sequence[APIRouter] = ()
    room: object = None
    """What the routes work with: their service's own type, found by each route as a dependency."""
    policies: Mapping[str, Struct] = field(default_factory=dict)
    """What the business may set here, by name, with its default."""
    families: Sequence[Family] = ()
    """What people may make here beside that."""
    rehearse: Rehearse = unrehearsed
    """Tells what a change of policy would have done of late."""


def new_app(service: str, front: Front, tokens: Tokens, report: Health, policy_room: PolicyRoom) -> FastAPI:
    """Return the application of `service`."""
    app = FastAPI(title=f"Keepline {service}", description=front.says, version="1", docs_url=None, redoc_url=None)
    app.state.tokens, app.state.room, app.state.policy_room = tokens, front.room, policy_room
    for router in (*front.routers, policies.router):
        app.include_router(router)
    app.include_router(health.routes(report))
    problems.install(app)
    app.add_middleware(Timing, service=service)
    return app
