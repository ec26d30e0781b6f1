"""Points for airtime (P2): five tiers from 1,000 points on; a refused top-up gives the points back."""

import pytest

from services.points.domain.ledger import active, reserved
from services.points.domain.redemption import (
    Redeemed,
    Redemption,
    RefusedRedemptionError,
    airtime_fen,
    reserving,
    settling,
)
from shared.events.top_up_answered import TopUpAnswered
from shared.events.top_up_requested import TopUpRequested
from tests.support.builders import NUMBER, at

pytestmark = pytest.mark.unit

NOON = at("2026-03-05 12:00")
POLICY = Redemption()


def redeemed(state: str = "reserved") -> Redeemed:
    """Return a redemption of 1,500 points."""
    return Redeemed(redemption_id="r1", customer_id="c1", msisdn=NUMBER, points=1_500, airtime_fen=1_500, state=state)


def answer(*, accepted: bool) -> TopUpAnswered:
    """Return billing's answer."""
    return TopUpAnswered(id="a1", occurred_at=NOON, msisdn=NUMBER, request_id="r1", accepted=accepted)


@pytest.mark.parametrize(("points", "yuan"), [(1_000, 10), (1_500, 15), (2_000, 20), (3_000, 30), (5_000, 50)])
def test_each_tier_buys_its_airtime(points: int, yuan: int) -> None:
    assert airtime_fen(points, points, POLICY) == yuan * 100
    assert airtime_fen(points, 10**6, POLICY) == yuan * 100


@pytest.mark.parametrize("points", [-1_000, 0, 1, 999, 1_001, 1_499, 2_500, 4_000, 10_000])
def test_there_are_no_other_tiers(points: int) -> None:
    with pytest.raises(RefusedRedemptionError, match="in the tiers 1000, 1500, 2000, 3000, 5000"):
        airtime_fen(points, 10**6, POLICY)


@pytest.mark.parametrize(
    ("points", "balance", "why"),
    [
        (1_000, 999, "fewer than 1000 points"),
        (1_000, 0, "fewer than 1000 points"),
        (1_500, 1_499, "the balance is 1499 points"),
        (5_000, 4_999, "the balance is 4999 points"),
    ],
)
def test_nobody_spends_more_than_they_have(points: int, balance: int, why: str) -> None:
    with pytest.raises(RefusedRedemptionError, match=why):
        airtime_fen(points, balance, POLICY)


def test_tiers_are_policy() -> None:
    assert airtime_fen(500, 500, Redemption(tiers_fen={500: 600}, points_min=500)) == 600


def test_points_are_set_aside_and_billing_is_asked_under_the_same_id() -> None:
    posting, request = reserving(redeemed(), NOON)
    assert (posting.kind, posting.entries) == ("reserved", ((active("c1"), -1_500), (reserved("c1"), 1_500)))
    assert request == TopUpRequested(id="r1", occurred_at=NOON, msisdn=NUMBER, customer_id="c1", amount_fen=1_500)


def test_a_credited_top_up_spends_the_points() -> None:
    posting = settling(redeemed(), answer(accepted=True))
    assert posting is not None
    assert (posting.kind, posting.entries) == ("redeemed", ((reserved("c1"), -1_500), ("house:redeemed", 1_500)))


def test_a_refused_top_up_gives_the_points_back() -> None:
    posting = settling(redeemed(), answer(accepted=False))
    assert posting is not None
    assert (posting.kind, posting.entries) == ("released", ((reserved("c1"), -1_500), (active("c1"), 1_500)))


@pytest.mark.parametrize("state", ["redeemed", "released"])
@pytest.mark.parametrize("accepted", [True, False])
def test_an_answer_counts_once(state: str, accepted: bool) -> None:
    assert settling(redeemed(state), answer(accepted=accepted)) is None
