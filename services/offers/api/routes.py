"""Packages and offers over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from services.offers.api.room import Here, Room
from services.offers.api.schemas import Issue, OfferShown, Packages, PackageShown
from services.offers.domain.mechanism import Package
from services.offers.domain.offer import Offer
from shared.db.engine import scoped
from shared.events.offer_changed import OfferState
from shared.http.once import Asked, IdempotencyKey, once
from shared.http.people import person_in
from shared.http.problems import ConflictError, ForbiddenError, NotFoundError, UnauthorizedError, responses
from shared.http.tokens import Person
from shared.roles import OVERSEERS, REPS

router = APIRouter(tags=["offers"], responses=responses(UnauthorizedError, ForbiddenError, NotFoundError))
Rep = Annotated[Person, Depends(person_in(*REPS))]
Anybody = Annotated[Person, Depends(person_in(*REPS, *OVERSEERS))]


@router.get("/customers/{customer_id}/packages")
async def packages(here: Here, who: Anybody, customer_id: str) -> Packages:
    """Show the packages allowed for a customer, best first."""
    async with scoped(here.station.api, who.claims()) as tx:
        listed = await here.counter.packages(tx, customer_id)
    return Packages(customer_id=customer_id, packages=[_shown(package) for package in listed])


@router.post("/offers", status_code=201, response_model=OfferShown, responses=responses(ConflictError))
async def issue(here: Here, who: Rep, body: Issue, key: IdempotencyKey) -> JSONResponse:
    """Offer a package to the customer of an open work item."""
    asked = Asked(principal=who.staff_id, key=key, what="issue", body=body)
    async with scoped(here.station.api, who.claims()) as tx:

        async def work() -> tuple[int, object]:
            return 201, _offered(await here.counter.issue(tx, who, (key, body)))

        answer = await once(tx, asked, work)
    here.station.committed()
    return answer


@router.post("/offers/{offer_id}/accept", response_model=OfferShown, responses=responses(ConflictError))
async def accept(here: Here, who: Rep, offer_id: str, key: IdempotencyKey) -> JSONResponse:
    """Keep that the customer accepted; billing is asked to fulfil it."""
    return await _answered(here, who, (offer_id, "accepted"), key)


@router.post("/offers/{offer_id}/decline", response_model=OfferShown, responses=responses(ConflictError))
async def decline(here: Here, who: Rep, offer_id: str, key: IdempotencyKey) -> JSONResponse:
    """Keep that the customer declined."""
    return await _answered(here, who, (offer_id, "declined"), key)


async def _answered(here: Room, who: Person, answer: tuple[str, OfferState], key: str) -> JSONResponse:
    offer_id, to = answer
    asked = Asked(principal=who.staff_id, key=key, what=f"{to} {offer_id}", body=None)
    async with scoped(here.station.api, who.claims()) as tx:

        async def work() -> tuple[int, object]:
            return 200, _offered(await here.counter.answer(tx, who, offer_id, to))

        response = await once(tx, asked, work)
    here.station.committed()
    return response


def _shown(package: Package) -> PackageShown:
    fields = {name: getattr(package, name) for name in PackageShown.model_fields if name not in ("worth_yuan", "terms")}
    return PackageShown(worth_yuan=package.worth_fen / 100, terms=dict(package.terms), **fields)


def _offered(offer: Offer) -> OfferShown:
    return OfferShown(**{name: getattr(offer, name) for name in OfferShown.model_fields})
