"""Double entry in whole points: each posting sums to zero, is made once, and is never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.events.points_posted import PointsPosted
from shared.ids import derived_id

ISSUED = "house:issued"
"""What the house has given out; it runs below zero by as much as members hold or have spent."""
REDEEMED = "house:redeemed"
"""What members have spent."""

Kind = Literal["earned", "reserved", "redeemed", "released"]


def active(customer_id: str) -> str:
    """Return the account of the points that a member can spend."""
    return f"member:{customer_id}:active"


def reserved(customer_id: str) -> str:
    """Return the account of the points that wait for billing's answer."""
    return f"member:{customer_id}:reserved"


class ChangedPostingError(Exception):
    """The same cause came again with another content: a ledger is never changed, so a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A movement of points with one business cause; the id derives from it, so that it is made once."""

    id: str
    kind: Kind
    customer_id: str
    cause_id: str
    at: datetime
    entries: tuple[tuple[str, int], ...]
    """Account and points, added to it; they sum to zero."""

    def __post_init__(self) -> None:
        assert sum(points for _, points in self.entries) == 0, "a posting balances"

    @property
    def points(self) -> int:
        """Return how many points moved."""
        return sum(points for _, points in self.entries if points > 0)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points move: what happened, to whom, when."""

    id: str
    customer_id: str
    at: datetime


MOVES: dict[Kind, tuple[str, str]] = {
    "earned": ("issued", "active"),
    "reserved": ("active", "reserved"),
    "redeemed": ("reserved", "redeemed"),
    "released": ("reserved", "active"),
}
"""From which account to which one each kind of posting moves points."""


def posting(kind: Kind, points: int, cause: Cause) -> Posting:
    """Return the posting that moves `points` as `kind` says.

    Raises:
        ValueError: there is nothing to move.
    """
    if points <= 0:
        raise ValueError("a posting moves at least one point")
    accounts = {
        "issued": ISSUED,
        "redeemed": REDEEMED,
        "active": active(cause.customer_id),
        "reserved": reserved(cause.customer_id),
    }
    source, target = (accounts[name] for name in MOVES[kind])
    return Posting(
        id=derived_id("posting", kind, cause.id),
        kind=kind,
        customer_id=cause.customer_id,
        cause_id=cause.id,
        at=cause.at,
        entries=((source, -points), (target, points)),
    )


def check_repeat(again: Posting, customer_id: str, points: int) -> None:
    """Hold a posting that was written before against what was written then.

    Raises:
        ChangedPostingError: it is for another customer, or of other points.
    """
    if (again.customer_id, again.points) != (customer_id, points):
        raise ChangedPostingError(f"{again.kind} for {again.cause_id}: {again.points} points now, {points} before")


def told(posting: Posting) -> PointsPosted:
    """Return the fact that travels."""
    return PointsPosted(
        id=posting.id,
        occurred_at=posting.at,
        customer_id=posting.customer_id,
        kind=posting.kind,
        points=posting.points,
        cause_id=posting.cause_id,
    )
