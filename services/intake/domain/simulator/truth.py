"""The truth: who is made to leave, why, when and how it shows; written to a file of its own, which no service reads."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.base import Subscriber

Scenario = Literal["hotline_then_port", "forwarding", "fading", "arrears", "suspension", "reentry"]

SCENARIOS: tuple[tuple[Scenario, float], ...] = (
    ("hotline_then_port", 0.35),
    ("forwarding", 0.20),
    ("fading", 0.15),
    ("arrears", 0.15),
    ("suspension", 0.15),
)
REASONS: dict[Scenario, tuple[str, ...]] = {
    "hotline_then_port": ("competitor_tariff", "competitor_handset"),
    "forwarding": ("competitor_poaching",),
    "fading": ("competitor_tariff", "network_quality"),
    "arrears": ("arbitrary_sp_charges", "competitor_tariff"),
    "suspension": ("service_dissatisfaction", "work_environment"),
}
LEAVERS_SHARE = 0.06
VALUABLE_FEE = 99
VALUABLE_LEAVERS_SHARE = 0.16
"""Rivals woo those who pay more."""
LEAD_DAYS = 14
"""So long before leaving the first sign may show; nobody leaves earlier in a run."""
PERSUADABLE_SHARE = 0.5


class Departure(Struct, frozen=True, kw_only=True):
    """That a customer will leave unless the right call comes in time."""

    customer_id: str
    reason: str
    leaves_on: date
    persuadable: bool
    """Whether the right call in time makes them stay."""


class Leaving(Departure, frozen=True, kw_only=True):
    """One simulated customer's plan to leave."""

    subscription_id: str
    scenario: Scenario


def leaving(seed: int, who: Subscriber, first_day: date, days: int) -> Leaving | None:
    """Return the subscriber's plan to leave within a run of `days`; None: they stay."""
    share = VALUABLE_LEAVERS_SHARE if who.plan.fee >= VALUABLE_FEE else LEAVERS_SHARE
    if luck.draw(seed, "leaves", who.index) >= share:
        return None
    scenario = luck.weighted(SCENARIOS, seed, "scenario", who.index)
    lead = min(LEAD_DAYS, days - 1)
    day = lead + int(luck.draw(seed, "when", who.index) * max(days - lead, 1))
    return Leaving(
        customer_id=who.customer_id,
        subscription_id=who.subscription_id,
        scenario=scenario,
        reason=luck.choose(REASONS[scenario], seed, "why", who.index),
        leaves_on=first_day + timedelta(days=day),
        persuadable=luck.draw(seed, "persuadable", who.index) < PERSUADABLE_SHARE,
    )
