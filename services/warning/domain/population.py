"""The target population (W17): for whom a warning is worked and not only recorded."""

from datetime import datetime

from msgspec import Struct

from services.warning.domain.subscriber import Holder, Profile, arpu, year_spend_fen
from shared.events.warning_raised import Population
from shared.policy import Price


class Target(Struct, frozen=True, kw_only=True):
    """Who belongs to it; overridden by policy `warning.population`. Both boundaries belong."""

    year_spend_min_fen: Price = 120_000
    arpu_min_fen: Price = 10_000


def population_of(holder: Holder, profile: Profile, at: datetime, target: Target) -> Population | None:
    """Return why the customer belongs to the target population at `at`; None: they don't, or have left before."""
    if holder.ended_at and holder.ended_at < at:
        return None
    if holder.important:
        return "important"
    if year_spend_fen(profile, at) >= target.year_spend_min_fen:
        return "yearly_spend"
    mean_fen, _ = arpu(profile, at)
    if mean_fen is not None and mean_fen >= target.arpu_min_fen:
        return "potential"
    return None
