"""W17: for whom a warning is worked, and for whom it is recorded only; the boundaries are in."""

import pytest

from shared.topic import Event
from tests.replay.stories.story import given, set_to
from tests.support.builders import at, bill, customer, forwarding, subscription

pytestmark = pytest.mark.replay
WHEN = at("2026-03-05 10:00")


def billed(*yuan: float, important: str | None = None) -> list[Event]:
    """Return a customer with these bills, the last of them that of February 2026."""
    months = ["2025-12", "2026-01", "2026-02"][-len(yuan) :] if yuan else []
    return [
        customer(important=important),
        subscription(),
        *(bill(m, each) for m, each in zip(months, yuan, strict=True)),
    ]


@pytest.mark.parametrize(("yuan", "worked"), [((100, 100, 100), True), ((100, 100, 99.97), False), ((), False)])
def test_an_average_of_100_yuan_in_three_months_is_in(yuan: tuple[float, ...], worked: bool) -> None:
    given(*billed(*yuan)).when(forwarding(WHEN)).then_worked(worked=worked)


@pytest.mark.parametrize(("december", "worked"), [(1_200, True), (1_199.99, False)])
def test_1200_yuan_spent_in_the_year_are_in(december: float, worked: bool) -> None:
    known = [customer(), subscription(), bill("2025-06", december), *(bill(f"2025-{m:02d}", 0) for m in range(7, 13))]
    given(*known).when(forwarding(at("2025-12-05 10:00"))).then_worked(worked=worked)


def test_an_important_customer_is_in_whatever_is_billed() -> None:
    given(*billed(1, 1, 1, important="press")).when(forwarding(WHEN)).then_worked(worked=True)


def test_who_is_in_is_policy() -> None:
    lower = set_to("warning.population", arpu_min_fen=5_000)
    given(*billed(50, 50, 50), policy=[lower]).when(forwarding(WHEN)).then_worked(worked=True)
