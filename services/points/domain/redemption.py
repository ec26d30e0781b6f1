"""Points for airtime (P2): five tiers, from 1,000 points on."""

from datetime import datetime

from msgspec import Struct, field

from services.points.domain.ledger import Cause, Posting, posting
from shared.events.top_up_answered import TopUpAnswered
from shared.events.top_up_requested import TopUpRequested
from shared.policy import Price, Units

TIERS_FEN = {1_000: 1_000, 1_500: 1_500, 2_000: 2_000, 3_000: 3_000, 5_000: 5_000}


class Redemption(Struct, frozen=True, kw_only=True):
    """What points buy; policy `points.redemption`."""

    tiers_fen: dict[Units, Price] = field(default_factory=lambda: TIERS_FEN)
    """Airtime in fen by points."""
    points_min: Units = 1_000
    """Members with fewer points are in the campaign for other goods."""


class Redeemed(Struct, frozen=True, kw_only=True):
    """A redemption under way; its id is also that of the request to billing."""

    redemption_id: str
    customer_id: str
    msisdn: str
    points: int
    airtime_fen: int
    state: str
    """`reserved`, `redeemed` or `released`."""


class RefusedRedemptionError(Exception):
    """Why these points cannot be redeemed, as the member should read it."""


def airtime_fen(points: int, balance: int, redemption: Redemption) -> int:
    """Return the airtime for `points`.

    Raises:
        RefusedRedemptionError: the member has too few points, or there is no such tier.
    """
    if balance < redemption.points_min:
        raise RefusedRedemptionError(f"a member with fewer than {redemption.points_min} points cannot redeem airtime")
    if points not in redemption.tiers_fen:
        tiers = ", ".join(map(str, sorted(redemption.tiers_fen)))
        raise RefusedRedemptionError(f"points are redeemed in the tiers {tiers}")
    if points > balance:
        raise RefusedRedemptionError(f"the balance is {balance} points")
    return redemption.tiers_fen[points]


def reserving(redeemed: Redeemed, at: datetime) -> tuple[Posting, TopUpRequested]:
    """Return the posting that sets the points aside, and the request to billing."""
    cause = Cause(redeemed.redemption_id, redeemed.customer_id, at)
    request = TopUpRequested(
        id=redeemed.redemption_id,
        occurred_at=at,
        msisdn=redeemed.msisdn,
        customer_id=redeemed.customer_id,
        amount_fen=redeemed.airtime_fen,
    )
    return posting("reserved", redeemed.points, cause), request


def settling(redeemed: Redeemed, answer: TopUpAnswered) -> Posting | None:
    """Return the posting that billing's answer leads to; None: the redemption was settled before."""
    if redeemed.state != "reserved":
        return None
    cause = Cause(redeemed.redemption_id, redeemed.customer_id, answer.occurred_at)
    return posting("redeemed" if answer.accepted else "released", redeemed.points, cause)
