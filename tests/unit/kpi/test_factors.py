"""What a month's failed contacts were put down to, handed on to the next month (K2)."""

from datetime import date

import pytest

from services.kpi.domain.factors import factors_of, month_ended
from tests.support.builders import at

pytestmark = pytest.mark.unit

CITY, COUNTY, NEIGHBOUR = "150000.150100", "150000.150100.150102", "150000.150100.150103"
COUNTED = {(COUNTY, "competitor_tariff"): 3, (COUNTY, "not_said"): 1, (NEIGHBOUR, "competitor_tariff"): 1}
Told = dict[tuple[str, str], tuple[int, int, float]]


def told(counted: dict[tuple[str, str], int]) -> Told:
    """Return count, failures and share by region and reason."""
    factors = factors_of("2026-02", date(2026, 2, 28), counted)
    assert {(each.month, each.occurred_at) for each in factors} <= {("2026-02", at("2026-03-01 00:00"))}
    return {(each.region, each.reason): (each.count, each.failures, each.share) for each in factors}


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 2, 28), "2026-02"),
        (date(2026, 2, 27), None),
        (date(2028, 2, 28), None),
        (date(2025, 12, 31), "2025-12"),
    ],
)
def test_a_month_ends_with_its_last_day(day: date, month: str | None) -> None:
    assert month_ended(day) == month


def test_each_region_is_told_its_own_shares() -> None:
    around = {"competitor_tariff": (4, 5, 0.8), "not_said": (1, 5, 0.2)}
    assert told(COUNTED) == {
        **{(region, reason): parts for region in ("150000", CITY) for reason, parts in around.items()},
        (COUNTY, "competitor_tariff"): (3, 4, 0.75),
        (COUNTY, "not_said"): (1, 4, 0.25),
        (NEIGHBOUR, "competitor_tariff"): (1, 1, 1.0),
    }


def test_what_was_taken_back_is_no_part() -> None:
    assert told({(COUNTY, "competitor_tariff"): 2, (COUNTY, "other"): 0})[COUNTY, "competitor_tariff"] == (2, 2, 1.0)
    assert told({(COUNTY, "other"): 0}) == {}


def test_a_month_without_failures_teaches_nothing() -> None:
    assert told({}) == {}


def test_the_same_month_is_told_under_the_same_ids() -> None:
    once, again = (factors_of("2026-02", date(2026, 2, 28), COUNTED) for _ in range(2))
    assert once == again
    assert len({each.id for each in once}) == len(once)
