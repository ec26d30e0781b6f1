"""Deposit and gift (存费赠费, O6): the deposit is credited at once, the gift month by month.

The gift pays the package fee only: never information services, international or Hong Kong, Macau and Taiwan calls, or
international roaming.
"""

from msgspec import Struct

from services.offers.domain.mechanism import Customer, Mechanism, Package, yuan
from shared.policy import Months, Price


class Tier(Struct, frozen=True, kw_only=True):
    """What is deposited, and what is given for it."""

    deposit_fen: Price
    gift_fen: Price
    """Each month."""
    months: Months


class Limits(Struct, frozen=True, kw_only=True):
    """Policy `offers.deposit_gift`. The third deposit is damaged in the source; 500 yuan is our reading."""

    tiers: tuple[Tier, ...] = (
        Tier(deposit_fen=10_000, gift_fen=1_000, months=6),
        Tier(deposit_fen=20_000, gift_fen=1_500, months=10),
        Tier(deposit_fen=50_000, gift_fen=2_000, months=20),
    )
    deposit_months_max: Months = 6
    """No more than so many months' bills are asked for at once."""


def propose(customer: Customer, limits: Limits) -> tuple[Package, ...]:
    """Propose every tier whose deposit the customer can be asked for."""
    if customer.arpu_fen is None:
        return ()
    bearable = customer.arpu_fen * limits.deposit_months_max
    return tuple(_package(tier) for tier in limits.tiers if tier.deposit_fen <= bearable)


def _package(tier: Tier) -> Package:
    deposit, gift = yuan(tier.deposit_fen), yuan(tier.gift_fen)
    return Package(
        package_id=f"deposit_gift:{tier.deposit_fen // 100}",
        mechanism="deposit_gift",
        strategy="promotion",
        name_zh=f"存{deposit}元，每月送{gift}元，共{tier.months}个月",
        name_en=f"Deposit {deposit} yuan, get {gift} yuan a month for {tier.months} months",
        terms={"deposit_fen": tier.deposit_fen, "gift_fen": tier.gift_fen, "months": tier.months},
        worth_fen=tier.gift_fen,
        why_zh=f"共赠{yuan(tier.gift_fen * tier.months)}元，抵扣套餐费",
        why_en=f"{yuan(tier.gift_fen * tier.months)} yuan in all, against the package fee",
    )


MECHANISM = Mechanism(id="deposit_gift", requirement="O6", strategy="promotion", limits=Limits(), propose=propose)
