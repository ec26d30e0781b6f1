"""Ratios are quotients of sums; where there is nothing to divide by there is none."""

import pytest

from services.kpi.domain.catalogue import all_ratios
from services.kpi.domain.measure import Ratio
from services.kpi.domain.report import rates

pytestmark = pytest.mark.unit


def rate(**sums: int) -> dict[str, float | None]:
    """Return the ratios of these sums."""
    return rates(sums, all_ratios())


@pytest.mark.parametrize(
    ("sums", "success"),
    [
        ({"saved": 20, "warned": 100, "held_out": 0}, 0.2),
        ({"saved": 20, "warned": 105, "held_out": 5}, 0.2),
        ({"saved": 1, "warned": 3}, 0.3333),
        ({"saved": 2, "warned": 3}, 0.6667),
        ({"saved": 0, "warned": 3}, 0.0),
        ({"saved": 0, "warned": 5, "held_out": 5}, None),
        ({"saved": 0, "warned": 4, "held_out": 5}, None),
        ({"saved": 3}, None),
        ({}, None),
    ],
)
def test_success_is_saves_over_warnings_not_held_out(sums: dict[str, int], success: float | None) -> None:
    assert rate(**sums)["success_rate"] == success


@pytest.mark.parametrize(
    ("retained", "worked", "claimed"), [(3, 4, 0.75), (0, 4, 0.0), (5, 4, 1.25), (3, 0, None), (0, 0, None)]
)
def test_the_claimed_rate_is_claims_over_worked_items(retained: int, worked: int, claimed: float | None) -> None:
    assert rate(retained=retained, worked=worked, warned=999)["claimed_rate"] == claimed


def test_dividends_and_divisors_add_up() -> None:
    ratio = Ratio(id="r", requirement="", says="", dividend=("a", "b"), divisor=("c", "d"), less=("e", "f"))
    assert rates({"a": 1, "b": 2, "c": 10, "d": 2, "e": 4, "f": 2}, [ratio]) == {"r": 0.5}
