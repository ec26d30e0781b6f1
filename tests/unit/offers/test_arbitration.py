"""The likely reason leads to strategies in order, and within a strategy what is worth most comes first."""

from datetime import datetime

import pytest

from services.offers.domain.arbitration import BY_REASON, Strategies, allowed
from services.offers.domain.catalogue import all_mechanisms
from services.offers.domain.mechanism import Customer, Mechanism, Package, Strategy
from services.warning.domain.catalogue import all_rules
from services.warning.domain.reasons import POINTS
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from tests.support.builders import at
from tests.unit.offers.customers import customer, month

pytestmark = pytest.mark.unit

NOON = at("2026-03-05 12:00")


def package(name: str, strategy: Strategy, worth_fen: int = 0) -> Package:
    """Return a package with this name."""
    return Package(
        package_id=name,
        mechanism="m",
        strategy=strategy,
        name_zh="",
        name_en="",
        terms={},
        worth_fen=worth_fen,
        why_zh="",
        why_en="",
    )


PACKAGES = (
    package("business", "new_business", 900),
    package("service", "service", 900),
    package("gift", "promotion", 10),
    package("b plan", "tariff", 50),
    package("a plan", "tariff", 50),
    package("best plan", "tariff", 51),
)
EVERYTHING = Mechanism(id="m", requirement="O0", strategy="tariff", limits=Strategies(), propose=lambda _, __: PACKAGES)


def order(who: Customer, *versions: PolicyVersion, now: datetime = NOON) -> list[str]:
    """Return the packages in their order."""
    return [each.package_id for each in allowed(who, [EVERYTHING], PolicyBook(versions), now)]


def version(name: str, **fields: object) -> PolicyVersion:
    """Return a version in force since the year began."""
    since = at("2026-01-01 00:00")
    return PolicyVersion(name=name, version=1, scope=EVERYWHERE, effective_from=since, fields=fields)


PLANS = ["best plan", "a plan", "b plan"]


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ((), [*PLANS, "gift", "service", "business"]),
        (("competitor_tariff",), [*PLANS, "gift", "service", "business"]),
        (("competitor_handset",), ["gift", *PLANS, "service", "business"]),
        (("competitor_handset", "competitor_tariff"), ["gift", *PLANS, "service", "business"]),
        (("a reason that nobody knows",), [*PLANS, "gift", "service", "business"]),
    ],
)
def test_the_first_reason_decides_the_order(reasons: tuple[str, ...], expected: list[str]) -> None:
    assert order(customer(reasons=reasons)) == expected


def test_strategies_are_policy() -> None:
    by_reason = version("offers.strategies", by_reason={"competitor_tariff": ["service"]})
    assert order(customer(reasons=("competitor_tariff",)), by_reason) == ["service", *PLANS, "gift", "business"]


def test_a_strategy_that_policy_leaves_out_is_not_offered() -> None:
    narrow = version("offers.strategies", otherwise=["promotion"])
    assert order(customer(), narrow) == ["gift"]
    assert order(customer(reasons=("competitor_tariff",)), narrow) == [*PLANS, "gift"]


def test_policy_counts_at_its_time_only() -> None:
    narrow = version("offers.strategies", otherwise=["promotion"])
    assert len(order(customer(), narrow, now=at("2025-12-31 23:59"))) == len(PACKAGES)


def test_a_mechanisms_limits_are_policy() -> None:
    who = customer(month(300), arpu_fen=30_000)
    book = PolicyBook((version("offers.tariff_plan", proposals_max=0), version("offers.deposit_gift", tiers=[])))
    assert len(allowed(who, all_mechanisms(), PolicyBook(), NOON)) == 5
    assert allowed(who, all_mechanisms(), book, NOON) == []


def test_every_reason_that_warnings_give_leads_to_strategies() -> None:
    spoken = [*POINTS.values(), *(rule.speaks_for for rule in all_rules())]
    assert {reason for points in spoken for reason in points} <= set(BY_REASON)
