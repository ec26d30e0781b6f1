"""The better existing plan (O2): the customer's own months priced again under every plan, the saving shown."""

from msgspec import Struct

from services.offers.domain.mechanism import Customer, Mechanism, Month, Package, yuan
from shared.policy import Price, Units


class Plan(Struct, frozen=True, kw_only=True):
    """A published tariff: a fee, what it includes, and what more costs."""

    id: str
    name_zh: str
    name_en: str
    fee_fen: Price
    minutes: Units
    messages: Units
    data_mb: Units
    minute_fen: Price = 15
    message_fen: Price = 10
    gigabyte_fen: Price = 500


PLANS = tuple(
    Plan(
        id=f"tianyi_{fee}",
        name_zh=f"天翼{fee}元",
        name_en=f"Tianyi {fee}",
        fee_fen=fee * 100,
        minutes=minutes,
        messages=messages,
        data_mb=gigabytes * 1024,
    )
    for fee, minutes, messages, gigabytes in (
        (19, 30, 20, 1),
        (59, 200, 50, 10),
        (99, 500, 100, 20),
        (129, 800, 100, 30),
        (199, 1_500, 200, 60),
        (299, 3_000, 300, 100),
    )
)


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `offers.tariff_plan`."""

    plans: tuple[Plan, ...] = PLANS
    saving_min_fen: Price = 500
    """A smaller monthly saving is not worth a change."""
    proposals_max: Units = 2


def price_fen(plan: Plan, month: Month) -> int:
    """Return what `month` would have cost under `plan`; value-added services cost what they cost."""
    lines = month.lines
    minutes = lines.local_minutes + lines.long_distance_minutes + lines.roaming_minutes
    over_mb = max(lines.data_mb - plan.data_mb, 0)
    return (
        plan.fee_fen
        + max(minutes - plan.minutes, 0) * plan.minute_fen
        + max(lines.messages - plan.messages, 0) * plan.message_fen
        + -(-over_mb // 1024) * plan.gigabyte_fen
        + lines.value_added_fee_fen
    )


def propose(customer: Customer, limits: Limits) -> tuple[Package, ...]:
    """Propose the plans under which the customer's own months would have cost least."""
    if not customer.months:
        return ()
    paid = sum(month.amount_fen for month in customer.months)
    savings = {plan.id: paid - sum(price_fen(plan, month) for month in customer.months) for plan in limits.plans}
    cheaper = [plan for plan in limits.plans if plan.id != customer.package]
    best = sorted(cheaper, key=lambda plan: -savings[plan.id])[: limits.proposals_max]
    count = len(customer.months)
    worth = [plan for plan in best if savings[plan.id] >= limits.saving_min_fen * count]
    return tuple(_package(plan, savings[plan.id] // count, count) for plan in worth)


def _package(plan: Plan, saving_fen: int, months: int) -> Package:
    return Package(
        package_id=f"tariff_plan:{plan.id}",
        mechanism="tariff_plan",
        strategy="tariff",
        name_zh=f"改用{plan.name_zh}套餐",
        name_en=f"Change to {plan.name_en}",
        terms={"plan": plan.id, "fee_fen": plan.fee_fen, "saving_fen": saving_fen, "months_priced": months},
        worth_fen=saving_fen,
        why_zh=f"按最近{months}个月实际使用，每月可省{yuan(saving_fen)}元",
        why_en=f"On the last {months} months' usage it saves {yuan(saving_fen)} yuan a month",
    )


MECHANISM = Mechanism(id="tariff_plan", requirement="O2", strategy="tariff", limits=Limits(), propose=propose)
