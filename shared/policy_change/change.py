"""A change that somebody wants, the proposal that it becomes, and the ways in which it can be refused."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from shared.policy_change.fields import Mistakes

State = Literal["proposed", "approved", "rejected"]


class ChangeRefusedError(Exception):
    """Why a change cannot be made, as whoever asked for it should read it."""


class NotTheirsError(ChangeRefusedError):
    """Another person, role or region is needed."""


class OvertakenError(ChangeRefusedError):
    """Something else has happened since: time, another version, another person's decision."""


class MistakenError(ChangeRefusedError):
    """The change says what cannot be."""

    def __init__(self, found: Mistakes) -> None:
        super().__init__("; ".join(f"{place[-1]}: {why}" for place, why in found.items()))
        self.mistakes = found


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants of one policy in one scope."""

    name: str
    scope: str
    fields: dict[str, Any]
    """Fields to be set; what the scope says of others stays."""
    unset: tuple[str, ...] = ()
    """Fields of which the scope says nothing any more, so that the wider one's hold again."""
    effective_from: datetime | None = None
    """None: as soon after the approval as may be."""
    why: str


class Proposal(Change, frozen=True, kw_only=True):
    """A change that was asked for, and what became of it."""

    proposal_id: int
    """Counts in each service from 1; 0: not kept yet."""
    proposed_by: str
    proposed_at: datetime
    state: State = "proposed"
    decided_by: str | None = None
    """None: nobody has decided yet."""
    decided_at: datetime | None = None
    decided_why: str | None = None
    """None: nothing was said about it."""
    version: int | None = None
    """The version that the approval made; None: there is none."""
    undoes: int | None = None
    """The version that it rolls back; None: it is a change of its own."""
