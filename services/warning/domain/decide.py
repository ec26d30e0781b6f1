"""From a fact about a subscription to warnings: every rule that hears it, the population, the likely reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct

from services.warning.domain import campaigns, factors, population, reasons
from services.warning.domain.analyst.features import noted
from services.warning.domain.analyst.journal import Journal, Subject
from services.warning.domain.campaigns import Campaign
from services.warning.domain.day_came import DayCame
from services.warning.domain.factors import Factor
from services.warning.domain.missed import FactMissed
from services.warning.domain.operators import Network, operator_of
from services.warning.domain.population import Target
from services.warning.domain.reasons import Around, Weights
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Peer, Rule
from services.warning.domain.subscriber import Holder, Profile, arpu, billed
from shared.calendar import local_date
from shared.decision import Decision
from shared.events.bill_issued import BillIssued
from shared.events.contact_requested import ContactRequested
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_noted import WarningNoted
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.ids import derived_id
from shared.policy import PolicyBook, Resolved
from shared.topic import Event, SubscriberEvent

AnyRule = Rule[Any, Any, Any]
Standing = Callable[[str, datetime], Sequence[AnyRule]]
"""Rules that people wrote as policy, as they stand in a region at a moment."""
ERROR_MAX = 500
OF_HOLDER = tuple(name for name in Holder.__struct_fields__ if name in WarningFacts.__struct_fields__)
"""What a warning says of the holder, as it was when the rule fired."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one subscription."""

    holder: Holder
    profile: Profile
    rules: dict[str, Struct]
    """Each rule's own memory, by rule id; a rule that heard nothing yet has none."""
    due: dict[str, date | None] = field(default_factory=dict)
    """The day after which each rule wants to be asked, by rule id."""
    behind: frozenset[str] = frozenset()
    """Rules that missed a fact of this subscription; they miss what follows too, so that order is kept."""
    journal: Journal = field(default_factory=Journal)
    """The last facts, for what analysts' rules ask."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What every decision may use beside memory and fact."""

    rules: Sequence[AnyRule]
    policy: PolicyBook
    ported: Mapping[str, str]
    """Numbers whose operator is another than their prefix says."""
    campaigns: Sequence[Campaign] = ()
    """Rivals' campaigns of the days at hand."""
    factors: Sequence[Factor] = ()
    """What failed contacts were put down to in the months before those at hand."""
    quarantined: frozenset[tuple[str, int]] = frozenset()
    """Versions of rules that failed too often, each with its rule's id."""
    analysts: Standing | None = None
    """The analysts' rules beside our own; None: nobody asks for them, and no journal is kept."""


def decide(knowledge: Knowledge, memory: Memory, event: SubscriberEvent) -> Decision[Memory]:
    """Let every rule that hears `event` take its step; one that fails misses it, and no other rule notices."""
    profile = billed(memory.profile, event) if isinstance(event, BillIssued) else memory.profile
    # One copy for all rules of the fact: each writes its own entry, and whoever gave `memory` keeps it as it is.
    after = replace(memory, profile=profile, rules={**memory.rules}, due={**memory.due})
    rules = knowledge.rules
    heard = Heard(event, _peer(knowledge, memory.holder, event))
    if knowledge.analysts:
        after = replace(after, journal=noted(memory.journal, event))
        heard = replace(heard, subject=Subject(memory.holder, profile, after.journal, event.occurred_at))
        rules = (*rules, *knowledge.analysts(memory.holder.region, event.occurred_at))
    said: list[Event] = []
    for rule in rules:
        if isinstance(event, rule.hears):
            after, now = _taken(knowledge, after, rule, heard)
            said += now
    return Decision(after, tuple(said))


def _taken(
    knowledge: Knowledge, memory: Memory, rule: AnyRule, heard: Heard[SubscriberEvent]
) -> tuple[Memory, Sequence[Event]]:
    """Return what the subscription's memory is after one rule's step, and what the step says."""
    if (rule.id, rule.version) in knowledge.quarantined or rule.id in memory.behind:
        return _missed(memory, rule, heard.event, None)
    try:
        return _judged(knowledge, memory, rule, heard)
    except Exception as error:  # noqa: BLE001 - whatever a rule raises is that rule's trouble
        return _missed(memory, rule, heard.event, error)


def _judged(
    knowledge: Knowledge, memory: Memory, rule: AnyRule, heard: Heard[SubscriberEvent]
) -> tuple[Memory, Sequence[Event]]:
    limits = rule.stands or _policy(knowledge, f"warning.{rule.id}", rule.limits, memory.holder, heard.event)
    kept, outcomes = rule.step(memory.rules.get(rule.id, rule.fresh), heard, limits.value)
    due = _due(rule.due(kept, limits.value), heard.event)
    said = [event for outcome in outcomes for event in _said(knowledge, memory, rule, limits, (heard.event, outcome))]
    memory.rules[rule.id], memory.due[rule.id] = kept, due
    return memory, said


def _missed(
    memory: Memory, rule: AnyRule, event: SubscriberEvent, error: Exception | None
) -> tuple[Memory, Sequence[Event]]:
    """Return the memory of a subscription that `rule` is behind with; when it catches up it names its day anew."""
    fact = FactMissed(
        id=event.id,
        occurred_at=event.occurred_at,
        rule_id=rule.id,
        rule_version=rule.version,
        subscription_id=memory.holder.subscription_id,
        event=event,
        error=f"{type(error).__name__}: {error}"[:ERROR_MAX] if error else None,
    )
    return replace(memory, behind=memory.behind | {rule.id}, due={**memory.due, rule.id: None}), (fact,)


def _due(day: date | None, event: SubscriberEvent) -> date | None:
    """Return `day`, but never one that is over: whoever is asked of a day is not asked of it again."""
    over = event.day if isinstance(event, DayCame) else None
    return over + timedelta(days=1) if day and over and day <= over else day


def _said(
    knowledge: Knowledge,
    memory: Memory,
    rule: AnyRule,
    limits: Resolved[Any],
    why: tuple[SubscriberEvent, Finding | Clearing],
) -> tuple[Event, ...]:
    event, outcome = why
    if isinstance(outcome, Clearing):
        return (_cleared(memory.holder, rule, event, outcome),)
    warning = _warning(knowledge, memory, rule, limits, (event, outcome))
    return (warning, *_texts(rule, warning))


def _texts(rule: AnyRule, warning: WarningRaised | WarningNoted) -> tuple[ContactRequested, ...]:
    """Return what a customer is to read of a warning that is only noted: of one that is raised somebody calls."""
    if rule.text is None or rule.purpose is None or isinstance(warning, WarningRaised):
        return ()
    request = ContactRequested(
        id=derived_id("contact_requested", warning.id),
        occurred_at=warning.occurred_at,
        msisdn=warning.msisdn,
        customer_id=warning.customer_id,
        subscription_id=warning.subscription_id,
        region=warning.region,
        purpose=rule.purpose,
        words=rule.text(warning.evidence),
        valid_until=warning.actionable_until,
        cause_id=warning.id,
    )
    return (request,)


def _warning(
    knowledge: Knowledge, memory: Memory, rule: AnyRule, limits: Resolved[Any], why: tuple[SubscriberEvent, Finding]
) -> WarningRaised | WarningNoted:
    event, finding = why
    holder, at = memory.holder, event.occurred_at
    target = _policy(knowledge, "warning.population", Target(), holder, event)
    weights = _policy(knowledge, "warning.reasons", Weights(), holder, event)
    belongs = population.population_of(holder, memory.profile, at, target.value)
    arpu_fen, months_known = arpu(memory.profile, at)
    explanation_zh, explanation_en = rule.explain(finding.evidence)
    around = _around(knowledge, holder, at, weights.value)
    likely = reasons.likely_reasons((f"rule.{rule.id}", rule.speaks_for), memory.profile, weights.value, around)
    sooner = weights.value.campaign_raises_level and reasons.lured(likely)
    facts = {name: getattr(holder, name) for name in OF_HOLDER} | {
        "id": derived_id("warning", rule.id, holder.subscription_id, finding.occasion),
        "occurred_at": at,
        "rule_id": rule.id,
        "level": min(finding.level + sooner, Level.ACT_NOW),
        "evidence": {**finding.evidence, **_campaigns_seen(around.campaigns), **_learned(around.factors)},
        "explanation_zh": explanation_zh,
        "explanation_en": explanation_en,
        "reasons": likely,
        "cause_id": event.id,
        "rule_version": rule.version,
        "policy_version": max(limits.version, target.version, weights.version),
        "actionable_until": at + timedelta(hours=limits.value.actionable_hours),
        "arpu_fen": arpu_fen,
        "months_known": months_known,
    }
    return WarningRaised(**facts, population=belongs) if belongs else WarningNoted(**facts)


def _around(knowledge: Knowledge, holder: Holder, at: datetime, weights: Weights) -> Around:
    """Return what happens around the customer that may be a reason to leave."""
    rivals = campaigns.running(knowledge.campaigns, holder.region, local_date(at))
    return Around(rivals, factors.learned(knowledge.factors, holder.region, at, weights.failures_min))


def _campaigns_seen(rivals: Sequence[Campaign]) -> dict[str, list[str]]:
    return {"competitor_campaigns": [each.campaign_id for each in rivals]} if rivals else {}


def _learned(factors: Sequence[Factor]) -> dict[str, dict[str, Any]]:
    """Return what was known of last month's failed contacts; nothing where they were too few."""
    if not factors:
        return {}
    first, shares = factors[0], {each.reason: each.share for each in factors}
    told = {"month": first.month, "region": first.region, "failures": first.failures, "shares": shares}
    return {"failure_factors": told}


def _cleared(holder: Holder, rule: AnyRule, event: SubscriberEvent, clearing: Clearing) -> WarningCleared:
    return WarningCleared(
        id=derived_id("cleared", rule.id, holder.subscription_id, event.id),
        occurred_at=event.occurred_at,
        msisdn=holder.msisdn,
        rule_id=rule.id,
        subscription_id=holder.subscription_id,
        customer_id=holder.customer_id,
        cause_id=event.id,
        why=clearing.why,
    )


def _peer(knowledge: Knowledge, holder: Holder, event: SubscriberEvent) -> Peer | None:
    """Return whose number a forwarding names; a signal says it itself, and no other fact names one."""
    if not isinstance(event, ForwardingChanged) or event.forwarded_to is None:
        return None
    operator = operator_of(event.forwarded_to, knowledge.ported)
    network = _policy(knowledge, "warning.network", Network(), holder, event).value
    return Peer(operator, operator != network.own_operator) if operator else None


def _policy(knowledge: Knowledge, name: str, default: Any, holder: Holder, event: SubscriberEvent) -> Resolved[Any]:
    return knowledge.policy.resolve(name, default, holder.region, event.occurred_at)
