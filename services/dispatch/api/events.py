"""Server-sent events over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.dispatch.api.listening import told
from services.dispatch.api.room import Here
from shared.http.people import person_in
from shared.http.problems import TooManyRequestsError, responses
from shared.http.tokens import Person
from shared.roles import OVERSEERS, REPS

router = APIRouter(tags=["work items"], responses=responses(TooManyRequestsError))
Anybody = Annotated[Person, Depends(person_in(*REPS, *OVERSEERS))]


async def a_place(here: Here) -> None:
    """Refuse a stream beyond the bound, before it begins."""
    if here.broadcaster.full():
        raise TooManyRequestsError("too many open streams", headers={"Retry-After": "5"})


@router.get("/events", response_class=EventSourceResponse, dependencies=[Depends(a_place)])
async def events(
    here: Here, who: Anybody, last_event_id: Annotated[int | None, Header(ge=0)] = None
) -> AsyncIterator[ServerSentEvent]:
    """Hear of items that come into my queues, change, come back or close.

    After a broken line send `Last-Event-ID`: what happened meanwhile comes first.
    """
    async for event in told(here.broadcaster, here.station.api, who, last_event_id):
        data = {"work_item_id": event.work_item_id, "tier": event.where.tier, "priority": event.priority}
        yield ServerSentEvent(id=str(event.seq), event=event.kind, data=data)
