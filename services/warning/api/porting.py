"""How far a number is on its way to another operator, over HTTP (W7)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from msgspec import structs
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.warning.api.room import Here
from services.warning.domain.porting_state import State, state_of
from services.warning.storage import porting_steps
from shared.db import audit
from shared.db.business_clock import business_now
from shared.db.engine import scoped
from shared.events.porting_progressed import PortingStep
from shared.http.people import person_in
from shared.http.problems import ForbiddenError, NotFoundError, UnauthorizedError, responses
from shared.http.tokens import Person
from shared.masking import masked
from shared.roles import OVERSEERS

router = APIRouter(tags=["porting"], responses=responses(UnauthorizedError, ForbiddenError, NotFoundError))
Reader = Annotated[Person, Depends(person_in(*OVERSEERS))]
Number = Annotated[str, Path(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164; the + is %2B in a URL")]

EXAMPLE: JsonDict = {
    "subscription_id": "S000018",
    "state": "lapsed",
    "since": "2026-03-05T11:12:00+08:00",
    "to_operator": "china_mobile",
    "code_valid_until": "2026-03-05T11:12:00+08:00",
    "lapsed_by_time": True,
    "history": [
        {"step": "enquiry", "at": "2026-03-05T09:30:00+08:00", "to_operator": None},
        {"step": "application", "at": "2026-03-05T10:10:00+08:00", "to_operator": "china_mobile"},
        {"step": "code_issued", "at": "2026-03-05T10:12:00+08:00", "to_operator": "china_mobile"},
    ],
}


class StepShown(BaseModel):
    """One step, as the gateway or the BSS told it."""

    step: PortingStep
    at: datetime
    to_operator: str | None


class NumberShown(BaseModel):
    """Where a number is, and how it came there."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    subscription_id: str
    state: State
    since: datetime
    to_operator: str | None
    code_valid_until: datetime | None = Field(description="60 minutes after it was issued; null: no code counts")
    lapsed_by_time: bool = Field(description="the code's time ran out, and nobody told anything since")
    history: list[StepShown] = Field(description="of who held the number at its latest step, oldest first")


@router.get("/porting/{msisdn}")
async def shown(here: Here, who: Reader, msisdn: Number) -> NumberShown:
    """Show how far a number of the asker's region is; 404 where it has taken no step there. Each look is audited."""
    async with scoped(here.station.api, who.claims()) as tx:
        found = await porting_steps.of_number(tx, msisdn)
        state = state_of(found[1], await business_now(tx)) if found else None
        if found is None or state is None:
            raise NotFoundError("nothing is known of this number's porting in your region")
        await audit.note(tx, who, "porting_seen", found[0], {"msisdn": masked(msisdn)})
    history = [StepShown.model_validate(structs.asdict(step)) for step in found[1]]
    return NumberShown(subscription_id=found[0], history=history, **structs.asdict(state))
