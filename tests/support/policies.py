"""A policy to try changes on, people who change it, and small builders of changes and versions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from shared.policy import EVERYWHERE, Days, PolicyVersion, Price, Share
from shared.policy_change.change import Change, Proposal
from tests.support.builders import at

PROVINCE, CITY, COUNTY = "150000", "150000.150100", "150000.150100.150102"
OTHER_CITY = "150000.150200"
MARCH = at("2026-03-01 00:00")


class Tier(Struct, frozen=True, kw_only=True):
    """A part of a policy."""

    deposit_fen: Price


class Limits(Struct, frozen=True, kw_only=True):
    """A policy with a field of each kind."""

    days: Days = 30
    share: Share = 0.5
    name: Annotated[str, Meta(max_length=5)] = "x"
    on: bool = False
    tiers: tuple[Tier, ...] = ()
    fen: dict[int, Price] = {}


@dataclass(frozen=True)
class Somebody:
    """A person as a token tells of them."""

    staff_id: str
    role: str
    region: str


PAT, PAM = Somebody("pat", "province_admin", PROVINCE), Somebody("pam", "province_admin", PROVINCE)
CID, SUE = Somebody("cid", "city_admin", CITY), Somebody("sue", "county_supervisor", COUNTY)


def change(scope: str = EVERYWHERE, *, unset: tuple[str, ...] = (), after: float | None = None, **said: Any) -> Change:
    """Return a change of `p`; `after` says how many seconds after March begins it takes force."""
    moment = None if after is None else MARCH + timedelta(seconds=after)
    return Change(name="p", scope=scope, fields=said, unset=unset, effective_from=moment, why="complaints")


def proposal(wanted: Change, by: str = "pat", **more: Any) -> Proposal:
    """Return what was proposed."""
    return Proposal(**msgspec.structs.asdict(wanted), proposal_id=1, proposed_by=by, proposed_at=MARCH, **more)


def version(number: int, scope: str = EVERYWHERE, *, after: float = 0, **said: Any) -> PolicyVersion:
    """Return a version that is in force from so many seconds after March begins."""
    return PolicyVersion(
        name="p", version=number, scope=scope, effective_from=MARCH + timedelta(seconds=after), fields=said
    )
