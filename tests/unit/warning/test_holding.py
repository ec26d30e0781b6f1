"""Who holds a number when something happens to it: periods do not overlap, and a last bill finds who gave it up."""

from datetime import datetime

import pytest

from services.warning.domain.holding import Period, holder_at
from tests.support.builders import at, bill, forwarding
from tests.unit.warning.holders import holder

pytestmark = pytest.mark.unit

FIRST = Period(holder(subscription_id="s1", activated_at=at("2024-06-01 00:00"), ended_at=at("2025-11-24 20:00")))
SECOND = Period(holder(subscription_id="s2", activated_at=at("2026-04-10 09:00")))


@pytest.mark.parametrize(
    ("when", "who"),
    [
        (at("2024-05-31 23:59"), None),
        (at("2024-06-01 00:00"), "s1"),
        (at("2025-11-24 19:59"), "s1"),
        (at("2025-11-24 20:00"), None),
        (at("2026-04-10 09:00"), "s2"),
    ],
)
def test_a_fact_is_whose_period_it_falls_into(when: datetime, who: str | None) -> None:
    found = holder_at([SECOND, FIRST], forwarding(when))
    assert (found and found.subscription_id) == who


@pytest.mark.parametrize(
    ("month", "who"),
    [
        ("2024-05", None),
        ("2024-06", "s1"),
        ("2025-11", "s1"),
        ("2025-12", "s1"),
        ("2026-02", "s1"),
        ("2026-03", None),
        ("2026-04", "s2"),
    ],
)
def test_a_bill_is_of_its_whole_month_and_a_last_one_of_who_gave_the_number_up(month: str, who: str | None) -> None:
    found = holder_at([FIRST, SECOND], bill(month, 10))
    assert (found and found.subscription_id) == who
