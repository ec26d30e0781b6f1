"""Who calls whom (D2): 200 yuan, five stars or importance make a customer manager's customer."""

from typing import Any

import pytest

from services.dispatch.domain.tiers import Tiers, priority_of, tier_of
from shared.events.work_item_offered import Tier
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("fields", "tier"),
    [
        ({"arpu_fen": 20_000}, "customer_manager"),
        ({"arpu_fen": 19_999}, "phone_manager"),
        ({"arpu_fen": 0}, "phone_manager"),
        ({"arpu_fen": None, "months_known": 0}, "phone_manager"),
        ({"arpu_fen": 0, "important": "press"}, "customer_manager"),
        ({"arpu_fen": None, "important": "press"}, "customer_manager"),
        ({"arpu_fen": 0, "stars": 5}, "customer_manager"),
        ({"arpu_fen": None, "stars": 7}, "customer_manager"),
        ({"arpu_fen": 19_999, "stars": 4}, "phone_manager"),
    ],
)
def test_exactly_200_yuan_goes_to_the_customer_manager(fields: dict[str, Any], tier: Tier) -> None:
    assert tier_of(warning(**fields), Tiers()) == tier


def test_the_boundaries_are_policy() -> None:
    tiers = Tiers(customer_manager_arpu_min_fen=5_000, customer_manager_stars_min=3)
    assert tier_of(warning(arpu_fen=5_000), tiers) == "customer_manager"
    assert tier_of(warning(arpu_fen=4_999), tiers) == "phone_manager"
    assert tier_of(warning(arpu_fen=None, stars=3), tiers) == "customer_manager"


@pytest.mark.parametrize(
    ("arpu_fen", "level", "priority"), [(20_000, 3, 60_000), (20_000, 1, 20_000), (0, 3, 3), (None, 2, 2), (-500, 1, 1)]
)
def test_priority_is_worth_times_urgency_and_never_nothing(arpu_fen: int | None, level: int, priority: int) -> None:
    assert priority_of(warning(arpu_fen=arpu_fen, level=level)) == priority
