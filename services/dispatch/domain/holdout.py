"""The permanent random holdout (B3): customers left alone, so that saves can be told from luck."""

from hashlib import sha256

from msgspec import Struct

from shared.policy import Share


class Holdout(Struct, frozen=True, kw_only=True):
    """How many are held out; policy `dispatch.holdout`. Whoever was drawn stays so, whatever changes here later."""

    share: Share = 0.05
    salt: str = "keepline"


def held_out(customer_id: str, important: str | None, holdout: Holdout) -> bool:
    """Tell whether a customer is held out for good; important customers never are."""
    if important:
        return False
    drawn = int.from_bytes(sha256(f"{holdout.salt}\n{customer_id}".encode()).digest()[:8])
    return drawn < holdout.share * 2**64
