"""The queue over HTTP: next item for me, renew, return, result; the queue page by page; the card."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from services.dispatch.api import cards
from services.dispatch.api.cursors import cursor, position
from services.dispatch.api.room import Here
from services.dispatch.api.schemas import Card, Handback, Lease, Number, Page, Reported, Result, Reveal, Token
from services.dispatch.storage import cards as card_rows
from services.dispatch.storage import queue
from services.dispatch.storage.queue import QueuedItem
from shared.db.engine import scoped
from shared.http.once import Asked, IdempotencyKey, once
from shared.http.people import person_in
from shared.http.problems import ConflictError, ForbiddenError, NotFoundError, UnauthorizedError, responses
from shared.http.tokens import Person
from shared.roles import OVERSEERS, REPS

router = APIRouter(prefix="/work-items", tags=["work items"], responses=responses(UnauthorizedError, ForbiddenError))
Rep = Annotated[Person, Depends(person_in(*REPS))]
Anybody = Annotated[Person, Depends(person_in(*REPS, *OVERSEERS))]
ItemState = Literal["open", "worked", "gated", "cleared", "capacity"]


@router.post("/next", response_model=Lease, responses={204: {"description": "Nothing waits for you"}})
async def claim_next(here: Here, who: Rep) -> Any:
    """Claim the next item for me, under a lease; an item already in my hand comes first."""
    async with scoped(here.station.api, who.claims()) as tx:
        item = await here.desk.claim_next(tx, who)
    return _lease(item) if item else Response(status_code=204)


@router.post("/{work_item_id}/renew", responses=responses(ConflictError))
async def renew(here: Here, who: Rep, work_item_id: str, body: Token) -> Lease:
    """Lengthen my lease."""
    async with scoped(here.station.api, who.claims()) as tx:
        return _lease(await here.desk.renew(tx, who, work_item_id, body.token))


@router.post("/{work_item_id}/return", status_code=204, responses=responses(ConflictError))
async def give_back(here: Here, who: Rep, work_item_id: str, body: Handback) -> None:
    """Put the item back into its queue."""
    async with scoped(here.station.api, who.claims()) as tx:
        await here.desk.give_back(tx, who, (work_item_id, body.token, body.why))
    here.station.committed()


@router.post("/{work_item_id}/number", responses=responses(ConflictError))
async def reveal(here: Here, who: Rep, work_item_id: str, body: Reveal) -> Number:
    """See the whole number of the item in my hand; the reason is audited."""
    async with scoped(here.station.api, who.claims()) as tx:
        return Number(number=await here.desk.reveal(tx, who, work_item_id, (body.token, body.why)))


@router.post("/{work_item_id}/result", response_model=Reported, responses=responses(ConflictError))
async def report(here: Here, who: Rep, work_item_id: str, body: Result, key: IdempotencyKey) -> JSONResponse:
    """Report what came of the contact; the same Idempotency-Key is answered again and done once."""
    asked = Asked(principal=who.staff_id, key=key, what=f"result {work_item_id}", body=body)

    async def work() -> tuple[int, object]:
        return 200, await here.desk.report(tx, who, work_item_id, body)

    async with scoped(here.station.stream, who.claims()) as tx:
        answer = await once(tx, asked, work)
    here.station.committed()
    return answer


@router.get("")
async def page(
    here: Here,
    who: Anybody,
    state: ItemState = "open",
    after: Annotated[str | None, Query(alias="cursor", max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """List the items that I may see, in the order of the queue."""
    async with scoped(here.station.api, who.claims()) as tx:
        items = await queue.page(tx, state, position(after), limit)
    more = cursor(items[-1]) if len(items) == limit else None
    return Page(items=cards.shown(items), next=more)


@router.get("/{work_item_id}/card", responses=responses(NotFoundError))
async def card(here: Here, who: Anybody, work_item_id: str, request: Request) -> Card:
    """Show the customer's whole card."""
    async with scoped(here.station.api, who.claims()) as tx:
        item = await here.desk.find(tx, work_item_id)
        rows = await card_rows.rows(tx, item.work_item_id, item.customer_id, item.subscription_id)
    allowed, missing = await here.offers.allowed(item.customer_id, request.headers["Authorization"])
    return cards.card(item, rows, allowed, missing)


def _lease(item: QueuedItem) -> Lease:
    assert item.lease_until is not None, "a leased item has an end of its lease"
    return Lease(item=cards.item_shown(item), token=item.lease_token, lease_until=item.lease_until)
