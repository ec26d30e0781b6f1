"""Staff over HTTP: whoever administers a region keeps its people; each change travels as a fact."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from services.dispatch.api.room import Here
from services.dispatch.api.schemas import StaffListed, StaffMember
from services.dispatch.storage import staff
from shared.clock import fresh_id
from shared.db import audit, outbox
from shared.db.business_clock import business_now
from shared.db.engine import scoped
from shared.events.staff_recorded import StaffRecorded
from shared.http.people import person_in
from shared.http.problems import ForbiddenError, UnauthorizedError, responses
from shared.http.tokens import Person
from shared.region import within

router = APIRouter(prefix="/staff", tags=["staff"], responses=responses(UnauthorizedError, ForbiddenError))
Admin = Annotated[Person, Depends(person_in("province_admin", "city_admin", "county_supervisor"))]
StaffId = Annotated[str, Path(min_length=1, max_length=64)]


@router.put("/{staff_id}", status_code=204)
async def record(here: Here, who: Admin, staff_id: StaffId, body: StaffMember) -> None:
    """Record a person of my region."""
    if not within(body.region, who.region):
        raise ForbiddenError("this region is not yours to administer")
    fields = body.model_dump()
    async with scoped(here.station.api, who.claims()) as tx:
        person = StaffRecorded(id=fresh_id(), occurred_at=await business_now(tx), staff_id=staff_id, **fields)
        await staff.record(tx, person)
        await audit.note(tx, who, "staff_recorded", staff_id, fields)
        await outbox.put(tx, [person])
    here.station.committed()


@router.get("")
async def listed(here: Here, who: Admin) -> list[StaffListed]:
    """List the people of my region."""
    async with scoped(here.station.api, who.claims()) as tx:
        people = await staff.listed(tx)
    return [_shown(person) for person in people]


def _shown(person: StaffRecorded) -> StaffListed:
    return StaffListed(staff_id=person.staff_id, **{name: getattr(person, name) for name in StaffMember.model_fields})
