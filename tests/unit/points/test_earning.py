"""A bill earns a point a yuan, whole points only."""

import pytest

from services.points.domain.earning import Earning, points_earned
from tests.support.builders import bill

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("yuan", "points"), [(0, 0), (0.99, 0), (1, 1), (99.99, 99), (100, 100), (250, 250), (-50, 0), (10_000, 10_000)]
)
def test_a_yuan_is_a_point_and_fractions_are_not_kept(yuan: float, points: int) -> None:
    assert points_earned(bill("2026-02", yuan), Earning()) == points


def test_how_many_is_policy() -> None:
    assert points_earned(bill("2026-02", 199.99), Earning(points_per_100_yuan=50)) == 99
    assert points_earned(bill("2026-02", 100), Earning(points_per_100_yuan=0)) == 0
