"""Proposals in shadow over HTTP: started and stopped by those who may propose, and the report that compares (W15)."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse
from msgspec.structs import asdict
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.api.room import Here, Room
from services.warning.domain.shadow import SHADOWS_MAX, can_be_shadowed
from services.warning.storage import shadow_reports, shadows
from shared.db import audit, proposals
from shared.db.engine import scoped
from shared.http.once import Asked, IdempotencyKey, once
from shared.http.people import person_in
from shared.http.policy_schemas import NUMBER_MAX
from shared.http.problems import ConflictError, ForbiddenError, NotFoundError, UnauthorizedError, responses
from shared.http.tokens import Person
from shared.policy_change.change import NotTheirsError, Proposal
from shared.policy_change.people import must_hold
from shared.roles import POLICY_READERS, PROPOSERS

router = APIRouter(
    prefix="/policies/proposals/{proposal_id}/shadow",
    tags=["policy"],
    responses=responses(UnauthorizedError, ForbiddenError, NotFoundError),
)
Reader = Annotated[Person, Depends(person_in(*POLICY_READERS))]
Proposer = Annotated[Person, Depends(person_in(*PROPOSERS))]
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]


class Counted(BaseModel):
    """Warnings of one rule in one county on one day."""

    rule_id: str
    county: str = Field(description="Region path")
    day: date
    both: int
    changed: int = Field(description="Of those in both: another level or population in shadow")
    only_live: int
    only_shadow: int


class Example(BaseModel):
    """A warning that only one of both gave."""

    warning_id: str
    rule_id: str
    subscription_id: str
    county: str
    raised_at: datetime
    level: int
    population: str | None = Field(description="Null: recorded, not worked")


class ShadowShown(BaseModel):
    """How a proposal ran in shadow, and what it would have warned of beside what was."""

    proposal_id: int
    started_by: str
    started_at: datetime
    ended_at: datetime | None = Field(description="Null: it runs")
    ended_why: str | None
    both: int
    changed: int
    only_live: int
    only_shadow: int
    counts: list[Counted] = Field(description="At most 5,000, by rule, county and day")
    only_live_examples: list[Example] = Field(description="The latest 20")
    only_shadow_examples: list[Example] = Field(description="The latest 20")


@router.post("", status_code=201, response_model=ShadowShown, responses=responses(ConflictError))
async def start(here: Here, who: Proposer, proposal_id: Number, key: IdempotencyKey) -> JSONResponse:
    """Run a proposal in shadow: it decides live facts beside what is in force, and nothing comes of what it says."""
    return await _once(here, who, ("start", proposal_id, key), _started)


@router.post("/stop", status_code=201, response_model=ShadowShown, responses=responses(ConflictError))
async def stop(here: Here, who: Proposer, proposal_id: Number, key: IdempotencyKey) -> JSONResponse:
    """End a shadow; its report stays."""
    return await _once(here, who, ("stop", proposal_id, key), _stopped)


@router.get("")
async def report(here: Here, who: Reader, proposal_id: Number) -> ShadowShown:
    """Compare what a proposal would have warned of with what was, in my region."""
    async with scoped(here.station.api, who.claims()) as tx:
        return await _shown(tx, proposal_id)


Work = Callable[[AsyncConnection, Person, Proposal], Awaitable[None]]


async def _once(here: Room, who: Person, what: tuple[str, int, str], work: Work) -> JSONResponse:
    verb, proposal_id, key = what
    asked = Asked(principal=who.staff_id, key=key, what=f"{verb} shadow {proposal_id}", body=None)
    async with scoped(here.station.api, who.claims()) as tx:

        async def answered() -> tuple[int, object]:
            await proposals.one_by_one(tx)
            proposal = await _theirs(tx, who, proposal_id)
            await work(tx, who, proposal)
            await audit.note(tx, who, f"shadow_{verb}", proposal.name, {"proposal_id": proposal_id})
            return 201, await _shown(tx, proposal_id)

        answer = await once(tx, asked, answered)
    here.look_for_shadows()
    return answer


async def _theirs(tx: AsyncConnection, who: Person, proposal_id: int) -> Proposal:
    proposal = await proposals.find(tx, proposal_id)
    if proposal is None:
        raise NotFoundError("no such proposal, or not for you")
    try:
        must_hold(who, proposal.scope)
    except NotTheirsError as refused:
        raise ForbiddenError(str(refused)) from refused
    return proposal


async def _started(tx: AsyncConnection, who: Person, proposal: Proposal) -> None:
    if not can_be_shadowed(proposal.name):
        raise ConflictError(f"no rule follows {proposal.name}: it cannot run in shadow")
    if proposal.state != "proposed":
        raise ConflictError(f"it was {proposal.state} by {proposal.decided_by} already")
    if await shadows.find(tx, proposal.proposal_id):
        raise ConflictError("it ran in shadow already: propose it again to have it run afresh")
    if not await shadows.start(tx, proposal, who.staff_id):
        raise ConflictError(f"{SHADOWS_MAX} proposals run in shadow, and no more may: stop one first")


async def _stopped(tx: AsyncConnection, who: Person, proposal: Proposal) -> None:
    run = await shadows.find(tx, proposal.proposal_id)
    if run is None or run.ended_at:
        raise ConflictError("it does not run in shadow")
    await shadows.end(tx, proposal.proposal_id, f"stopped by {who.staff_id}")


async def _shown(tx: AsyncConnection, proposal_id: int) -> ShadowShown:
    run = await shadows.find(tx, proposal_id)
    if run is None:
        raise NotFoundError("this proposal never ran in shadow, or is not for you")
    counts = [Counted(**asdict(each)) for each in await shadow_reports.counts(tx, proposal_id)]
    names = ("both", "changed", "only_live", "only_shadow")
    sums = {name: sum(getattr(each, name) for each in counts) for name in names}
    return ShadowShown(
        proposal_id=proposal_id,
        **asdict(run),
        **sums,
        counts=counts,
        only_live_examples=await _examples(tx, proposal_id, "live"),
        only_shadow_examples=await _examples(tx, proposal_id, "shadow"),
    )


async def _examples(tx: AsyncConnection, proposal_id: int, which: str) -> list[Example]:
    return [Example(**asdict(each)) for each in await shadow_reports.examples(tx, proposal_id, which)]
