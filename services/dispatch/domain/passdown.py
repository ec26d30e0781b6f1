"""Automatic pass-down (D1): to the county's people, else to the city's, else to the province's."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from shared.events.work_item_offered import Tier
from shared.region import COUNTY, widened, within


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may work items."""

    staff_id: str
    role: str
    region: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Where an item goes."""

    offered_region: str
    assigned_to: str | None
    """None: the region's queue."""


def pass_down(customer_id: str, home_region: str, tier: Tier, roster: Sequence[Member]) -> Passed:
    """Return the narrowest region around the customer that has people of the tier, and the person among them.

    Customer managers guard fixed customers (D6), so the same customer comes to the same person while the people stay;
    phone managers share one queue.
    """
    for depth in range(COUNTY, 0, -1):
        region = widened(home_region, depth)
        people = [member for member in roster if member.role == tier and within(member.region, region)]
        if people:
            return Passed(region, _guardian(customer_id, people) if tier == "customer_manager" else None)
    return Passed(home_region, None)


def _guardian(customer_id: str, people: Sequence[Member]) -> str:
    """Draw by rendezvous hashing: when somebody joins or leaves, only that person's customers move."""
    return max(people, key=lambda member: sha256(f"{member.staff_id}\n{customer_id}".encode()).digest()).staff_id
