"""Which packages in which order: the likely reason leads to strategies, each strategy's best package comes first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from services.offers.domain.mechanism import Customer, Mechanism, Package, Strategy
from shared.policy import PolicyBook

BY_REASON: dict[str, tuple[Strategy, ...]] = {
    "competitor_tariff": ("tariff", "promotion"),
    "competitor_handset": ("promotion", "tariff"),
    "competitor_poaching": ("promotion", "tariff"),
    "arbitrary_sp_charges": ("tariff", "promotion"),
    "work_environment": ("tariff", "promotion"),
    "network_quality": ("promotion", "tariff"),
    "service_dissatisfaction": ("promotion", "tariff"),
}


class Strategies(Struct, frozen=True, kw_only=True):
    """Strategies for each reason, in order; policy `offers.strategies`."""

    by_reason: dict[str, tuple[Strategy, ...]] = field(default_factory=lambda: BY_REASON)
    otherwise: tuple[Strategy, ...] = ("tariff", "promotion", "service", "new_business")


def allowed(
    customer: Customer, mechanisms: Sequence[Mechanism[Any]], policy: PolicyBook, at: datetime
) -> list[Package]:
    """Return the packages that the customer may be offered, best first; a strategy that policy leaves out is not."""
    proposed = [
        package
        for mechanism in mechanisms
        for package in mechanism.propose(customer, _limits(mechanism, customer, policy, at))
    ]
    strategies = policy.resolve("offers.strategies", Strategies(), customer.region, at).value
    order = _order(customer, strategies)
    listed = [package for package in proposed if package.strategy in order]
    return sorted(listed, key=lambda package: (order.index(package.strategy), -package.worth_fen, package.package_id))


def _limits(mechanism: Mechanism[Any], customer: Customer, policy: PolicyBook, at: datetime) -> Any:
    return policy.resolve(f"offers.{mechanism.id}", mechanism.limits, customer.region, at).value


def _order(customer: Customer, strategies: Strategies) -> list[Strategy]:
    likely = customer.reasons[0] if customer.reasons else ""
    first = strategies.by_reason.get(likely, ())
    return list(dict.fromkeys((*first, *strategies.otherwise)))
