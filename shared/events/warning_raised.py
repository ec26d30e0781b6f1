"""A customer of the target population is about to leave, or may be: the fact that the whole road waits for."""

from typing import Any, Literal

from msgspec import Struct

from shared.topic import Count, EventId, Fen, Label, Moment, RegionPath, Stage, SubscriberEvent, Text, Topic

Population = Literal["important", "yearly_spend", "potential"]
"""Why the customer belongs to the target population (W17)."""


class LikelyReason(Struct, frozen=True, kw_only=True):
    """A reason why the customer may leave, with what speaks for it."""

    reason: Literal[
        "competitor_tariff",
        "competitor_handset",
        "arbitrary_sp_charges",
        "competitor_poaching",
        "work_environment",
        "network_quality",
        "service_dissatisfaction",
    ]
    weight: Count
    """Points of the scorer; compare them within one warning only."""
    because: tuple[Label, ...]
    """The observations that gave the points."""


class WarningFacts(SubscriberEvent, frozen=True, kw_only=True):
    """All that was known of the customer when the rule fired: later stages never resolve it again."""

    rule_id: Label
    level: Count
    """1 watch, 2 act, 3 act now."""
    evidence: dict[str, Any]
    """Each value that led to the decision, by name, units in the names."""
    explanation_zh: Text
    explanation_en: Text
    reasons: tuple[LikelyReason, ...]
    """Most likely first; empty where the evidence speaks for none."""
    cause_id: EventId
    """The event that made the rule fire."""
    rule_version: Count
    policy_version: Count
    """0: the defaults that stand beside the rule."""
    actionable_until: Moment
    """Business time after which calling is no use any more."""
    subscription_id: Label
    customer_id: Label
    region: RegionPath
    brand: Label
    package: Label
    activated_at: Moment
    arpu_fen: Fen | None
    """Mean of up to three billed months before; None: no billed month is known."""
    months_known: Count
    stars: Count
    important: Label | None


class WarningRaised(WarningFacts, frozen=True, kw_only=True):
    """A warning that wants work."""

    population: Population


TOPIC = Topic(name="warning.raised.v1", event=WarningRaised, stage=Stage.WARNING, owner="warning", retention_days=90)
