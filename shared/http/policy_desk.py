"""What a person does about policy, each in one transaction and under the lock that keeps changes in one line."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import audit, policies, proposals
from shared.db.business_clock import business_now
from shared.http.problems import NotFoundError
from shared.policy import Family, PolicyBook, PolicyVersion
from shared.policy_change.change import Change, MistakenError, OvertakenError, Proposal
from shared.policy_change.making import approved, proposed, restored, rolling_back
from shared.policy_change.people import Asker, must_approve, must_hold, must_reject
from shared.policy_change.preview import Preview, preview, seen

Shown = tuple[Proposal, Preview]
"""A proposal, and what it changes."""


Rehearse = Callable[[PolicyBook, PolicyVersion], Awaitable[dict[str, Any] | None]]
"""Tells what a version, laid over its book, would have done of late; None: that cannot be told of this policy.

It raises MistakenError where what it would have done shows that it is wrong.
"""


async def unrehearsed(book: PolicyBook, version: PolicyVersion) -> None:
    """Tell nothing."""


class PolicyDesk:
    """The desk of whoever the transaction's claims name."""

    def __init__(
        self, defaults: Mapping[str, msgspec.Struct], families: Sequence[Family] = (), rehearse: Rehearse = unrehearsed
    ) -> None:
        self._defaults = defaults
        self._families = families
        self._rehearse = rehearse

    def names(self, book: PolicyBook) -> list[str]:
        """Return the names of all policies: ours, and those that people made."""
        made = {each.name for each in book.versions if self._family(each.name)}
        return [*self._defaults, *sorted(made)]

    def default(self, name: str) -> msgspec.Struct:
        """Return a policy's default.

        Raises:
            NotFoundError: this service has no such policy.
        """
        family = self._family(name)
        found = family.default if family else self._defaults.get(name)
        if found is None:
            known = [*self._defaults, *(f"{each.prefix}<name>" for each in self._families)]
            raise NotFoundError(f"no such policy here; there are {', '.join(known) or 'none'}")
        return found

    def _family(self, name: str) -> Family | None:
        return next((family for family in self._families if family.has(name)), None)

    async def propose(self, tx: AsyncConnection, who: Asker, change: Change) -> Shown:
        """Keep what somebody wants, once it is known that it could be approved.

        Raises:
            NotFoundError, ChangeRefusedError: no such policy; it is not theirs to ask for, or cannot be.
        """
        default = self.default(change.name)
        must_hold(who, change.scope)
        await proposals.one_by_one(tx)
        book, now = await policies.read(tx), await business_now(tx)
        version = proposed(default, book, change, now)
        self._must_have_room(book, change.name)
        rehearsal = await self._rehearse(book, version)
        told = msgspec.structs.asdict(change)
        wanted = Proposal(**told, proposal_id=0, proposed_by=who.staff_id, proposed_at=now)
        kept = await proposals.add(tx, wanted)
        await _note(tx, who, "policy_proposed", kept)
        return kept, msgspec.structs.replace(preview(default, book, kept, now), rehearsal=rehearsal)

    def _must_have_room(self, book: PolicyBook, name: str) -> None:
        family = self._family(name)
        if family and family.full(book, name):
            raise OvertakenError(f"there are {family.count_max} policies {family.prefix}<name> already: rewrite one")

    async def shown(self, tx: AsyncConnection, proposal_id: int) -> Shown:
        """Return a proposal and what it changes.

        Raises:
            NotFoundError: there is none, or not for this person.
        """
        proposal = await _found(tx, proposal_id)
        book, now = await policies.read(tx), await business_now(tx)
        told = preview(self.default(proposal.name), book, proposal, now)
        return proposal, await self._with_rehearsal(book, proposal, told, now)

    async def _with_rehearsal(self, book: PolicyBook, proposal: Proposal, told: Preview, now: datetime) -> Preview:
        """Return what is told of a proposal that waits, with what it would have done until now."""
        if proposal.state != "proposed" or told.obstacle:
            return told
        version = approved(self.default(proposal.name), book, proposal, now)
        try:
            return msgspec.structs.replace(told, rehearsal=await self._rehearsed_again(book, version))
        except OvertakenError as overtaken:
            return msgspec.structs.replace(told, obstacle=str(overtaken))

    async def _rehearsed_again(self, book: PolicyBook, version: PolicyVersion) -> dict[str, Any] | None:
        try:
            return await self._rehearse(book, version)
        except MistakenError as mistaken:
            raise OvertakenError(f"it can no longer be approved: {mistaken}") from mistaken

    async def approve(self, tx: AsyncConnection, who: Asker, proposal_id: int, looked_at: int) -> Shown:
        """Make a proposal a version; `looked_at` is the newest version that it was compared with.

        Raises:
            NotFoundError, ChangeRefusedError: no such proposal; it is not theirs to approve, or no longer can be.
        """
        await proposals.one_by_one(tx)
        proposal = await _found(tx, proposal_id)
        must_approve(who, proposal)
        book, now = await policies.read(tx), await business_now(tx)
        version = approved(self.default(proposal.name), book, proposal, now)
        self._must_have_room(book, proposal.name)
        await self._rehearsed_again(book, version)
        newest = seen(book, proposal.name, proposal.scope)
        if newest != looked_at:
            raise OvertakenError(f"version {newest} was set since you looked: look at the difference again")
        number = await proposals.enact(tx, version, who.staff_id, proposal.why)
        decided = replace(proposal, state="approved", decided_by=who.staff_id, decided_at=now, version=number)
        await proposals.settle(tx, decided)
        await _note(tx, who, "policy_approved", decided)
        return await self.shown(tx, proposal_id)

    async def reject(self, tx: AsyncConnection, who: Asker, proposal_id: int, why: str) -> Shown:
        """Close a proposal without a version.

        Raises:
            NotFoundError, ChangeRefusedError: no such proposal; it is not theirs to reject, or was decided.
        """
        await proposals.one_by_one(tx)
        proposal = await _found(tx, proposal_id)
        must_reject(who, proposal)
        now = await business_now(tx)
        decided = replace(proposal, state="rejected", decided_by=who.staff_id, decided_at=now, decided_why=why)
        await proposals.settle(tx, decided)
        await _note(tx, who, "policy_rejected", decided)
        return await self.shown(tx, proposal_id)

    async def roll_back(self, tx: AsyncConnection, who: Asker, undone: tuple[str, int], why: str) -> Shown:
        """Undo the newest version of a scope: policy and version. What comes back was approved once, so one is enough.

        Raises:
            NotFoundError, ChangeRefusedError: no such version; it is not theirs to undo, or not the newest.
        """
        name, number = undone
        await proposals.one_by_one(tx)
        book, now = await policies.read(tx), await business_now(tx)
        bad = next((each for each in book.of(name) if each.version == number), None)
        if bad is None:
            raise NotFoundError(f"{name} has no version {number}, or not for you")
        must_hold(who, bad.scope)
        version = restored(self.default(name), book, bad, now)
        made = await proposals.enact(tx, version, who.staff_id, why)
        kept = await proposals.add(tx, rolling_back(who, number, replace(version, version=made), why, now))
        await _note(tx, who, "policy_rolled_back", kept)
        return await self.shown(tx, kept.proposal_id)


async def _found(tx: AsyncConnection, proposal_id: int) -> Proposal:
    proposal = await proposals.find(tx, proposal_id)
    if proposal is None:
        raise NotFoundError("no such proposal, or not for you")
    return proposal


async def _note(tx: AsyncConnection, who: Asker, action: str, proposal: Proposal) -> None:
    """Write down who, what and why; names of fields and values are no customer's."""
    told = {
        name: value
        for name, value in msgspec.to_builtins(proposal).items()
        if value not in (None, [], {}) and name not in ("name", "proposed_at", "decided_at")
    }
    await audit.note(tx, who, action, proposal.name, told)
