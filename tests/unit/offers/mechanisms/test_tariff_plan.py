"""The better plan (O2): the customer's own months priced again, to the fen, and the saving shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.offers.domain.mechanism import Customer, Month, Package
from services.offers.domain.mechanisms.tariff_plan import MECHANISM, PLANS, Limits, Plan, price_fen
from shared.events.bill_issued import BillLines
from tests.unit.offers.customers import customer, month

pytestmark = pytest.mark.unit

PLAN = Plan(id="p", name_zh="甲", name_en="P", fee_fen=5_900, minutes=200, messages=50, data_mb=10_240)
USAGE = {
    "local_minutes": st.integers(0, 4_000),
    "long_distance_minutes": st.integers(0, 500),
    "roaming_minutes": st.integers(0, 500),
    "messages": st.integers(0, 500),
    "data_mb": st.integers(0, 150_000),
    "value_added_fee_fen": st.integers(0, 20_000),
}
MONTHS = st.builds(
    Month, month=st.just("2026-02"), amount_fen=st.integers(0, 60_000), lines=st.builds(BillLines, **USAGE)
)
PLAN_STRATEGY = st.sampled_from(PLANS)


def naive_price_fen(plan: Plan, used: Month) -> int:
    """Price a month unit by unit: what is beyond the package is counted one by one."""
    lines, price = used.lines, plan.fee_fen + used.lines.value_added_fee_fen
    for minute in range(lines.local_minutes + lines.long_distance_minutes + lines.roaming_minutes):
        price += plan.minute_fen if minute >= plan.minutes else 0
    for message in range(lines.messages):
        price += plan.message_fen if message >= plan.messages else 0
    begun = math.ceil(max(lines.data_mb - plan.data_mb, 0) / 1_024)
    return price + begun * plan.gigabyte_fen


def naive_savings(who: Customer) -> dict[str, int]:
    """Return what the customer would have saved in all under each other plan."""
    paid = sum(used.amount_fen for used in who.months)
    return {
        plan.id: paid - sum(naive_price_fen(plan, used) for used in who.months)
        for plan in PLANS
        if plan.id != who.package
    }


def proposed(who: Customer, limits: Limits | None = None) -> tuple[Package, ...]:
    """Return what is proposed."""
    return MECHANISM.propose(who, limits or MECHANISM.limits)


@given(PLAN_STRATEGY, MONTHS)
def test_a_month_is_priced_as_it_would_be_unit_by_unit(plan: Plan, used: Month) -> None:
    assert price_fen(plan, used) == naive_price_fen(plan, used)


@pytest.mark.parametrize(
    ("lines", "price"),
    [
        ({}, 5_900),
        ({"local_minutes": 200, "messages": 50, "data_mb": 10_240}, 5_900),
        ({"local_minutes": 201}, 5_915),
        ({"local_minutes": 100, "long_distance_minutes": 60, "roaming_minutes": 41}, 5_915),
        ({"messages": 51}, 5_910),
        ({"data_mb": 10_241}, 6_400),
        ({"data_mb": 11_264}, 6_400),
        ({"data_mb": 11_265}, 6_900),
        ({"value_added_fee_fen": 777}, 6_677),
    ],
)
def test_each_unit_beyond_the_package_costs_from_the_first_on(lines: dict[str, int], price: int) -> None:
    assert price_fen(PLAN, month(0, **lines)) == price


@given(st.lists(MONTHS, min_size=1, max_size=4), st.sampled_from([plan.id for plan in PLANS]))
def test_the_best_two_plans_that_save_five_yuan_a_month_are_proposed(months: list[Month], package: str) -> None:
    who = customer(*months, package=package)
    savings = naive_savings(who)
    best = sorted(savings, key=lambda plan: -savings[plan])[:2]
    expected = [(plan, savings[plan] // len(months)) for plan in best if savings[plan] >= 500 * len(months)]
    assert [(each.terms["plan"], each.terms["saving_fen"]) for each in proposed(who)] == expected


def test_a_package_shows_the_saving() -> None:
    first, *_ = proposed(customer(month(129, local_minutes=30)))
    assert first == Package(
        package_id="tariff_plan:tianyi_19",
        mechanism="tariff_plan",
        strategy="tariff",
        name_zh="改用天翼19元套餐",
        name_en="Change to Tianyi 19",
        terms={"plan": "tianyi_19", "fee_fen": 1_900, "saving_fen": 11_000, "months_priced": 1},
        worth_fen=11_000,
        why_zh="按最近1个月实际使用，每月可省110.00元",
        why_en="On the last 1 months' usage it saves 110.00 yuan a month",
    )


@pytest.mark.parametrize(("yuan", "count"), [(24, 1), (23.99, 0)])
def test_a_saving_counts_from_five_yuan_a_month_on(yuan: float, count: int) -> None:
    assert len(proposed(customer(month(yuan)))) == count


def test_without_a_billed_month_nothing_is_proposed() -> None:
    assert proposed(customer()) == ()


def test_the_plan_that_the_customer_has_is_not_proposed() -> None:
    assert "tianyi_19" not in {each.terms["plan"] for each in proposed(customer(month(300), package="tianyi_19"))}


def test_how_many_are_proposed_is_policy() -> None:
    who = customer(month(400))
    assert [len(proposed(who, Limits(proposals_max=count))) for count in (0, 1, 5)] == [0, 1, 5]
