"""Policy over HTTP, the same at every service: what is in force and why, proposals, four eyes, rolling back."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse
from msgspec.structs import asdict
from pydantic import AwareDatetime
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import policies, proposals
from shared.db.business_clock import business_now
from shared.db.engine import scoped
from shared.http.once import Asked, IdempotencyKey, once
from shared.http.people import person_in
from shared.http.policy_desk import PolicyDesk, Shown
from shared.http.policy_schemas import (
    NUMBER_MAX,
    SCOPE,
    Approval,
    ChangeAsked,
    DifferenceShown,
    Layer,
    Policies,
    PolicyDetail,
    PolicyShown,
    ProposalListed,
    Proposals,
    ProposalShown,
    Rejection,
    RollBack,
    VersionShown,
)
from shared.http.problems import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    UnauthorizedError,
    UnprocessableError,
    responses,
)
from shared.http.tokens import Person
from shared.policy import PolicyBook, PolicyVersion
from shared.policy_change.change import Change, MistakenError, NotTheirsError, OvertakenError, State
from shared.policy_change.people import sees
from shared.policy_change.preview import standing
from shared.roles import APPROVERS, POLICY_READERS, PROPOSERS

HISTORY_MAX = 100
PAGE_MAX = 200

router = APIRouter(prefix="/policies", tags=["policy"], responses=responses(UnauthorizedError, ForbiddenError))
WRONG = responses(NotFoundError, ConflictError, UnprocessableError)


@dataclass(frozen=True, slots=True)
class PolicyRoom:
    """What the routes of policy work with, at every service."""

    api: AsyncEngine
    desk: PolicyDesk
    changed: Callable[[], None]
    """Has this process look for new versions at once."""


def _room(request: Request) -> PolicyRoom:
    found = request.app.state.policy_room
    assert isinstance(found, PolicyRoom)
    return found


@dataclass(frozen=True, slots=True)
class Asking:
    """For which region, and at which moment."""

    region: Annotated[str | None, Query(pattern=SCOPE, description="Region path; empty for everywhere; yours")] = None
    moment: Annotated[AwareDatetime | None, Query(description="Business time; now")] = None


Here = Annotated[PolicyRoom, Depends(_room)]
Reader = Annotated[Person, Depends(person_in(*POLICY_READERS))]
Proposer = Annotated[Person, Depends(person_in(*PROPOSERS))]
Approver = Annotated[Person, Depends(person_in(*APPROVERS))]
Where = Annotated[Asking, Depends()]
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]


@router.get("")
async def listed(here: Here, who: Reader, asking: Where) -> Policies:
    """List this service's policies with what is in force for a region at a moment."""
    region = _region(who, asking)
    async with scoped(here.api, who.claims()) as tx:
        book, moment = await policies.read(tx), asking.moment or await business_now(tx)
    found = [_value(here, book, name, (region, moment)) for name in here.desk.names(book)]
    return Policies(region=region, moment=moment, policies=found)


@router.get("/proposals")
async def proposed(
    here: Here,
    who: Reader,
    state: State | None = None,
    before: Annotated[int | None, Query(ge=1, le=NUMBER_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Proposals:
    """List proposals of my region, newest first; `before` is where the next page begins."""
    async with scoped(here.api, who.claims()) as tx:
        found = await proposals.listed(tx, state, before, limit)
    page = [ProposalListed(**asdict(each)) for each in found]
    return Proposals(proposals=page, before=page[-1].proposal_id if len(page) == limit else None)


@router.get("/proposals/{proposal_id}", responses=responses(NotFoundError))
async def proposal(here: Here, who: Reader, proposal_id: Number) -> ProposalShown:
    """Show a proposal with what it changes, field by field."""
    async with scoped(here.api, who.claims()) as tx:
        return _shown(await here.desk.shown(tx, proposal_id))


@router.get("/{name}", responses=responses(NotFoundError))
async def detail(here: Here, who: Reader, name: str, asking: Where) -> PolicyDetail:
    """Show a policy with its default, what is allowed, the layers in force and its history."""
    region, default = _region(who, asking), here.desk.default(name)
    async with scoped(here.api, who.claims()) as tx:
        book, now = await policies.read(tx), await business_now(tx)
        rows = await proposals.history(tx, name, HISTORY_MAX)
    moment = asking.moment or now
    return PolicyDetail(
        **_value(here, book, name, (region, moment)).model_dump(),
        region=region,
        moment=moment,
        default=msgspec.to_builtins(default, str_keys=True),
        allowed=msgspec.json.schema(type(default)),
        layers=[_layer(version) for version in book.layers(name, region, moment)],
        history=_history(book, rows, now),
    )


@router.post("/{name}/proposals", status_code=201, response_model=ProposalShown, responses=WRONG)
async def propose(here: Here, who: Proposer, name: str, body: ChangeAsked, key: IdempotencyKey) -> JSONResponse:
    """Propose a change; another person has to approve it."""
    asked = Asked(principal=who.staff_id, key=key, what=f"propose {name}", body=body)
    change = Change(name=name, **body.model_dump() | {"unset": tuple(body.unset)})
    return await _once(here, who, asked, lambda tx: here.desk.propose(tx, who, change))


@router.post("/proposals/{proposal_id}/approve", status_code=201, response_model=ProposalShown, responses=WRONG)
async def approve(here: Here, who: Approver, proposal_id: Number, body: Approval, key: IdempotencyKey) -> JSONResponse:
    """Make another person's proposal a version."""
    asked = Asked(principal=who.staff_id, key=key, what=f"approve {proposal_id}", body=body)
    return await _once(here, who, asked, lambda tx: here.desk.approve(tx, who, proposal_id, body.looked_at))


@router.post("/proposals/{proposal_id}/reject", status_code=201, response_model=ProposalShown, responses=WRONG)
async def reject(here: Here, who: Proposer, proposal_id: Number, body: Rejection, key: IdempotencyKey) -> JSONResponse:
    """Close a proposal without a version; whoever proposed it may do so too."""
    asked = Asked(principal=who.staff_id, key=key, what=f"reject {proposal_id}", body=body)
    return await _once(here, who, asked, lambda tx: here.desk.reject(tx, who, proposal_id, body.why))


@router.post("/{name}/rollback", status_code=201, response_model=ProposalShown, responses=WRONG)
async def roll_back(here: Here, who: Approver, name: str, body: RollBack, key: IdempotencyKey) -> JSONResponse:
    """Have a scope say again what it said before its newest version; this needs one approver and a reason."""
    asked = Asked(principal=who.staff_id, key=key, what=f"roll back {name}", body=body)
    undone = (name, body.version)
    return await _once(here, who, asked, lambda tx: here.desk.roll_back(tx, who, undone, body.why))


async def _once(
    here: PolicyRoom, who: Person, asked: Asked, work: Callable[[AsyncConnection], Awaitable[Shown]]
) -> JSONResponse:
    with _as_problems():
        async with scoped(here.api, who.claims()) as tx:

            async def answered() -> tuple[int, object]:
                return 201, _shown(await work(tx))

            answer = await once(tx, asked, answered)
    here.changed()
    return answer


@contextmanager
def _as_problems() -> Iterator[None]:
    try:
        yield
    except NotTheirsError as refused:
        raise ForbiddenError(str(refused)) from refused
    except OvertakenError as refused:
        raise ConflictError(str(refused)) from refused
    except MistakenError as refused:
        errors = [{"loc": ["body", *place], "msg": why} for place, why in refused.mistakes.items()]
        raise UnprocessableError(str(refused), errors=errors) from refused


def _region(who: Person, asking: Asking) -> str:
    region = who.region if asking.region is None else asking.region
    if not sees(who, region):
        raise ForbiddenError(f"{region} is neither in your region nor above it")
    return region


def _value(here: PolicyRoom, book: PolicyBook, name: str, at: tuple[str, datetime]) -> PolicyShown:
    found = book.resolve(name, here.desk.default(name), *at)
    return PolicyShown(name=name, value=msgspec.to_builtins(found.value, str_keys=True), version=found.version)


def _layer(version: PolicyVersion) -> Layer:
    return Layer(**asdict(version))


def _history(book: PolicyBook, rows: list[RowMapping], now: datetime) -> list[VersionShown]:
    standings = {version.version: standing(book, version, now) for version in book.versions}
    return [VersionShown(**row, standing=standings[row["version"]]) for row in rows]


def _shown(shown: Shown) -> ProposalShown:
    proposal, preview = shown
    return ProposalShown(
        **asdict(proposal),
        takes_force_at=preview.effective_from,
        standing=preview.standing,
        differences=[DifferenceShown(**asdict(each)) for each in preview.differences],
        kept_below=[_layer(each) for each in preview.kept_below],
        looked_at=preview.seen,
        obstacle=preview.obstacle,
        rehearsal=preview.rehearsal,
    )
