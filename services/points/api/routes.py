"""Balances and redemptions over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.points.api.room import Here, Room
from services.points.api.schemas import Balance, Redeem, RedemptionShown
from services.points.domain.ledger import told
from services.points.domain.redemption import Redeemed, Redemption, RefusedRedemptionError, airtime_fen, reserving
from services.points.storage import ledger, members
from shared import metrics
from shared.db import audit, outbox
from shared.db.business_clock import business_now
from shared.db.engine import scoped
from shared.http.once import Asked, IdempotencyKey, once
from shared.http.people import person_in
from shared.http.problems import (
    ForbiddenError,
    NotFoundError,
    UnauthorizedError,
    UnprocessableError,
    responses,
)
from shared.http.tokens import Person
from shared.ids import derived_id
from shared.policy import EVERYWHERE

router = APIRouter(
    prefix="/members", tags=["points"], responses=responses(UnauthorizedError, ForbiddenError, NotFoundError)
)
Channel = Annotated[Person, Depends(person_in("channel"))]


@router.get("/{customer_id}/balance")
async def balance(here: Here, who: Channel, customer_id: str) -> Balance:
    """Show what a member can spend."""
    async with scoped(here.station.api, who.claims()) as tx:
        await _number(tx, customer_id)
        return Balance(customer_id=customer_id, points=await ledger.balance(tx, customer_id))


@router.post(
    "/{customer_id}/redemptions",
    status_code=201,
    response_model=RedemptionShown,
    responses=responses(UnprocessableError),
)
async def redeem(here: Here, who: Channel, customer_id: str, body: Redeem, key: IdempotencyKey) -> JSONResponse:
    """Set points aside and ask billing for the airtime; a refused top-up gives them back."""
    asked = Asked(principal=who.staff_id, key=key, what=f"redeem {customer_id}", body=body)
    async with scoped(here.station.api, who.claims()) as tx:

        async def work() -> tuple[int, object]:
            redemption_id = derived_id("redemption", who.staff_id, key)
            return 201, await _redeem(here, tx, who, (redemption_id, customer_id, body.points))

        answer = await once(tx, asked, work)
    here.station.committed()
    return answer


async def _redeem(here: Room, tx: AsyncConnection, who: Person, asked: tuple[str, str, int]) -> RedemptionShown:
    redemption_id, customer_id, points = asked
    number, now = await _number(tx, customer_id), await business_now(tx)
    policy = here.station.policies.book.resolve("points.redemption", Redemption(), EVERYWHERE, now).value
    try:
        fen = airtime_fen(points, await ledger.balance(tx, customer_id), policy)
    except RefusedRedemptionError as refused:
        raise UnprocessableError(str(refused)) from refused
    redeemed = Redeemed(
        redemption_id=redemption_id,
        customer_id=customer_id,
        msisdn=number,
        points=points,
        airtime_fen=fen,
        state="reserved",
    )
    reservation, request = reserving(redeemed, now)
    await ledger.post(tx, [reservation])
    await ledger.save_redemption(tx, redeemed, now)
    await outbox.put(tx, [told(reservation), request])
    await audit.note(tx, who, "points_redeemed", customer_id, {"points": points})
    metrics.POINTS.labels("reserved").inc(points)
    return RedemptionShown(
        redemption_id=redemption_id, customer_id=customer_id, points=points, airtime_yuan=fen / 100, state="reserved"
    )


async def _number(tx: AsyncConnection, customer_id: str) -> str:
    number = await members.number_of(tx, customer_id)
    if number is None:
        raise NotFoundError("no such member with a number in service")
    return number
