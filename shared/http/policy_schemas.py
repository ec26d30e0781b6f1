"""What of policy goes over HTTP, as OpenAPI shows it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.policy_change.change import State
from shared.policy_change.preview import Standing

SCOPE = r"^([1-9][0-9]{5}(\.[1-9][0-9]{5}){0,2})?$"
NUMBER_MAX = 2**63 - 1
"""The highest number that the database counts to."""

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)]


class Strict(BaseModel):
    """A body in which an unknown field is an error: a misspelt one must not be lost."""

    model_config = ConfigDict(extra="forbid")


class ChangeAsked(Strict):
    """A change that somebody proposes."""

    scope: str = Field(pattern=SCOPE, examples=["150000.150100"], description="Region path; empty for everywhere")
    fields: dict[str, Any] = Field(default={}, examples=[{"quiet_days": 14}], description="Fields to be set")
    unset: list[str] = Field(default=[], description="Fields of which the wider scope shall hold again")
    effective_from: AwareDatetime | None = Field(default=None, description="Null: 10 s after the approval")
    why: Why


class Approval(Strict):
    """The consent of another person."""

    looked_at: int = Field(ge=0, le=NUMBER_MAX, description="`looked_at` of the proposal as it was shown")


class Rejection(Strict):
    """Why not."""

    why: Why


class RollBack(Strict):
    """What is undone, and why."""

    version: Number
    why: Why


class Layer(BaseModel):
    """What one version says."""

    version: int
    scope: str = Field(description="Region path; empty for everywhere")
    effective_from: datetime
    fields: dict[str, Any]


class VersionShown(Layer):
    """A version with where it comes from."""

    standing: Standing
    set_by: str
    set_at: datetime
    why: str
    proposed_by: str | None
    """None: it was set by hand, in the database."""
    proposal_id: int | None
    undoes: int | None
    """None: it rolls nothing back."""


class PolicyShown(BaseModel):
    """A policy as it stands for one region at one moment."""

    name: str
    value: dict[str, Any]
    version: int = Field(description="The newest version that had a say; 0: the defaults alone")


class Policies(BaseModel):
    """All policies of a service."""

    region: str
    moment: datetime
    policies: list[PolicyShown]


class PolicyDetail(PolicyShown):
    """A policy with all that led to it."""

    region: str
    moment: datetime
    default: dict[str, Any]
    allowed: dict[str, Any] = Field(description="JSON Schema of the fields: types and ranges")
    layers: list[Layer] = Field(description="What is in force for the region, widest scope first")
    history: list[VersionShown] = Field(description="The newest 100 versions that the asker may see, newest first")


class ProposalListed(BaseModel):
    """A change that was asked for, and what became of it."""

    proposal_id: int
    name: str
    scope: str
    fields: dict[str, Any]
    unset: list[str]
    effective_from: datetime | None
    why: str
    proposed_by: str
    proposed_at: datetime
    state: State
    decided_by: str | None
    decided_at: datetime | None
    decided_why: str | None
    version: int | None
    undoes: int | None


class Proposals(BaseModel):
    """Proposals, newest first."""

    proposals: list[ProposalListed]
    before: int | None = Field(description="Where the next page begins; null: this was the last")


class DifferenceShown(BaseModel):
    """What becomes of one field."""

    field: str
    before: Any
    after: Any
    said_here: bool = Field(description="Whether this scope says it itself from then on")


class ProposalShown(ProposalListed):
    """A proposal with what it changes in its scope at its moment."""

    takes_force_at: datetime | None = Field(description="Of a proposal without a moment: if it were approved now")
    standing: Standing | None = Field(description="Of its version; null: there is none")
    differences: list[DifferenceShown]
    kept_below: list[Layer] = Field(description="Narrower scopes that say these fields themselves")
    looked_at: int = Field(description="To be given with the approval: it says what the differences were made against")
    obstacle: str | None = Field(description="Why it cannot be approved as things stand; null: it can be, or was")
    rehearsal: dict[str, Any] | None = Field(
        default=None,
        description="What it would have done of late, counted; null: that cannot be told, or it was decided",
    )
