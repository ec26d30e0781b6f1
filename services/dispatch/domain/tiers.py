"""Who calls whom (D2): customer managers the valuable and the important, phone managers the rest."""

from msgspec import Struct

from shared.events.warning_raised import WarningRaised
from shared.events.work_item_offered import Tier
from shared.policy import Price, Times


class Tiers(Struct, frozen=True, kw_only=True):
    """Policy `dispatch.tiers`; exactly the minimum goes to the customer manager."""

    customer_manager_arpu_min_fen: Price = 20_000
    customer_manager_stars_min: Times = 5


def tier_of(warning: WarningRaised, tiers: Tiers) -> Tier:
    """Return whose queue the warning belongs to; an unknown ARPU is not guessed to be high."""
    if warning.important or warning.stars >= tiers.customer_manager_stars_min:
        return "customer_manager"
    known = warning.arpu_fen is not None and warning.arpu_fen >= tiers.customer_manager_arpu_min_fen
    return "customer_manager" if known else "phone_manager"


def priority_of(warning: WarningRaised) -> int:
    """Return how early it is called: what the customer is worth in a month, times how soon somebody should act."""
    return max(warning.arpu_fen or 0, 1) * warning.level
