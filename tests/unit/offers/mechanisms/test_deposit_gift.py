"""Deposit and gift (O6): 100, 200 or 500 yuan, to whoever can be asked for as much."""

import pytest

from services.offers.domain.mechanism import Package
from services.offers.domain.mechanisms.deposit_gift import MECHANISM, Limits, Tier
from tests.unit.offers.customers import customer

pytestmark = pytest.mark.unit


def deposits(arpu_fen: int | None, limits: Limits | None = None) -> list[int]:
    """Return the deposits that a customer of this ARPU is asked for, in yuan."""
    packages = MECHANISM.propose(customer(arpu_fen=arpu_fen), limits or MECHANISM.limits)
    return [package.terms["deposit_fen"] // 100 for package in packages]


def test_the_tiers_give_what_the_operator_asked_for() -> None:
    terms = [package.terms for package in MECHANISM.propose(customer(arpu_fen=100_000), MECHANISM.limits)]
    assert terms == [
        {"deposit_fen": 10_000, "gift_fen": 1_000, "months": 6},
        {"deposit_fen": 20_000, "gift_fen": 1_500, "months": 10},
        {"deposit_fen": 50_000, "gift_fen": 2_000, "months": 20},
    ]
    assert [each["gift_fen"] * each["months"] for each in terms] == [6_000, 15_000, 40_000]


def test_a_package_says_what_is_given_and_got() -> None:
    first, *_ = MECHANISM.propose(customer(arpu_fen=100_000), MECHANISM.limits)
    assert first == Package(
        package_id="deposit_gift:100",
        mechanism="deposit_gift",
        strategy="promotion",
        name_zh="存100.00元，每月送10.00元，共6个月",
        name_en="Deposit 100.00 yuan, get 10.00 yuan a month for 6 months",
        terms={"deposit_fen": 10_000, "gift_fen": 1_000, "months": 6},
        worth_fen=1_000,
        why_zh="共赠60.00元，抵扣套餐费",
        why_en="60.00 yuan in all, against the package fee",
    )


@pytest.mark.parametrize(
    ("arpu_fen", "asked"),
    [
        (None, []),
        (0, []),
        (1_666, []),
        (1_667, [100]),
        (3_333, [100]),
        (3_334, [100, 200]),
        (8_333, [100, 200]),
        (8_334, [100, 200, 500]),
    ],
)
def test_no_more_than_six_months_bills_are_asked_for(arpu_fen: int | None, asked: list[int]) -> None:
    assert deposits(arpu_fen) == asked


def test_tiers_and_bearable_months_are_policy() -> None:
    tiers = (Tier(deposit_fen=30_000, gift_fen=1, months=1),)
    assert deposits(10_000, Limits(tiers=tiers, deposit_months_max=3)) == [300]
    assert deposits(10_000, Limits(tiers=tiers, deposit_months_max=2)) == []
