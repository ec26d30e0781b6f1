"""Who sees which work item: people see their own region and level only. The database's policies say the same in SQL."""

from dataclasses import dataclass

from shared.region import within
from shared.roles import OVERSEERS


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What decides who sees an item."""

    tier: str
    home_region: str
    offered_region: str
    assigned_to: str | None


def sees(staff_id: str, role: str, region: str, item: Whereabouts) -> bool:
    """Tell whether a person in `role` and `region` sees the item."""
    if role in OVERSEERS:
        return within(item.home_region, region)
    mine = item.assigned_to in (None, staff_id)
    return role == item.tier and mine and within(region, item.offered_region)
