"""Events over HTTP: taken when Kafka has acknowledged them, and not a moment before."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from aiokafka.errors import KafkaError
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from services.intake.api.room import Here
from services.intake.domain.envelope import RefusedEventsError, Taken, bare_events, cloud_events, open_topics
from services.intake.stream.publisher import PressureError
from shared import codec
from shared.http.people import person_in
from shared.http.problems import (
    BadRequestError,
    ForbiddenError,
    NotFoundError,
    TooLargeError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UnprocessableError,
    responses,
)
from shared.http.tokens import Person
from shared.topic import Event, Topic

BODY_BYTES_MAX = 4_000_000
BATCH_MAX = 5_000
SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

router = APIRouter(tags=["events"])
Integrator = Annotated[Person, Depends(person_in("integrator"))]
PROBLEMS = responses(
    BadRequestError,
    UnauthorizedError,
    ForbiddenError,
    NotFoundError,
    TooLargeError,
    UnprocessableError,
    TooManyRequestsError,
    UnavailableError,
)


class Accepted(BaseModel):
    """How many events Kafka has acknowledged."""

    accepted: int


class TopicShown(BaseModel):
    """A topic that integrators publish to."""

    name: str
    owner: str
    key: str
    says: str


@router.post("/events", status_code=202, responses=PROBLEMS)
async def take_cloud_events(here: Here, who: Integrator, request: Request) -> Accepted:
    """Take one CloudEvent (structured) or a batch of them, all or none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in (SINGLE, BATCH):
        raise BadRequestError(f"the content type must be {SINGLE} or {BATCH}")
    body = await _body(request)
    return await _publish(here, _read(lambda: cloud_events(body, batch=kind == BATCH)))


@router.post("/topics/{name}/events", status_code=202, responses=PROBLEMS)
async def take_bare_events(here: Here, who: Integrator, name: str, request: Request) -> Accepted:
    """Take one event of the topic's schema, or an array of them, all or none."""
    topic, body = _topic(name), await _body(request)
    return await _publish(here, _read(lambda: bare_events(topic, body)))


@router.get("/topics")
async def listed() -> list[TopicShown]:
    """List the topics that integrators may publish to."""
    return [
        TopicShown(name=topic.name, owner=topic.owner, key=topic.key, says=(topic.event.__doc__ or "").strip())
        for topic in open_topics().values()
    ]


@router.get("/topics/{name}/schema", responses=responses(NotFoundError))
async def schema(name: str) -> dict[str, Any]:
    """Show the JSON Schema of a topic's events."""
    return dict(codec.json_schema(_topic(name)))


def _topic(name: str) -> Topic[Event]:
    topic = open_topics().get(name)
    if topic is None:
        raise NotFoundError("no such topic is open to integrators")
    return topic


async def _body(request: Request) -> bytes:
    """Return the body, read no further than the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise TooLargeError(f"a body may have {BODY_BYTES_MAX} bytes")
    return bytes(body)


def _read(read: Callable[[], list[Taken]]) -> Sequence[Event]:
    try:
        taken = read()
    except RefusedEventsError as refused:
        told = [{"index": r.index, "reason": r.reason, "detail": r.detail} for r in refused.refusals[:50]]
        raise UnprocessableError("nothing was taken", refused=len(refused.refusals), errors=told) from refused
    if len(taken) > BATCH_MAX:
        raise TooLargeError(f"a batch may have {BATCH_MAX} events")
    return [event for _, event in taken]


async def _publish(here: Here, events: Sequence[Event]) -> Accepted:
    try:
        return Accepted(accepted=await here.publisher.publish(events))
    except PressureError as pressure:
        raise TooManyRequestsError("the broker is behind", headers={"Retry-After": "1"}) from pressure
    except KafkaError as error:
        raise UnavailableError("the broker did not acknowledge", headers={"Retry-After": "2"}) from error
