"""A new number took over the circle of this one, which fell silent (重入网号码): churn that is counted as growth.

Numbers are compared elsewhere, all at once (docs/reentry.md). Here a finding becomes a warning about the old number's
subscription, where its own county's policy asks for no more; a second number beside a living one is no reason to call.
"""

from msgspec import Struct, to_builtins

from services.warning.domain.reentry.explain import explain
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule
from shared.events.reentry_found import ReentryFound

TOLD_KEPT = 8


class Memory(Struct, frozen=True):
    """The new numbers of which it was said that they are this one come back, the latest last."""

    told: tuple[str, ...] = ()


def step(memory: Memory, heard: Heard[ReentryFound], limits: Limits) -> tuple[Memory, tuple[Outcome, ...]]:
    """Fire once for a new number; clear when both turn out to be in use."""
    event = heard.event
    others = tuple(number for number in memory.told if number != event.new_msisdn)
    if event.kind == "second_number":
        both_used = Clearing(f"in use again beside {event.new_msisdn}")
        return (Memory(others), (both_used,)) if others != memory.told else (memory, ())
    if others != memory.told or event.evidence.score < limits.score_min:
        return memory, ()
    return Memory((*others, event.new_msisdn)[-TOLD_KEPT:]), (_finding(event),)


def _finding(event: ReentryFound) -> Finding:
    likeness, peers = to_builtins(event.evidence), [to_builtins(peer) for peer in event.evidence.peers]
    evidence = {"kind": event.kind, "new_msisdn": event.new_msisdn, **likeness, "peers": peers}
    return Finding(occasion=f"{event.new_msisdn}:{event.began_on}", level=Level.ACT, evidence=evidence)


RULE = Rule(
    id="reentry_number",
    requirement="W6",
    hears=(ReentryFound,),
    limits=Limits(),
    fresh=Memory(),
    step=step,
    explain=explain,
    example={
        "kind": "churn_hidden_as_growth",
        "new_msisdn": "+8619910000001",
        "score": 0.9769,
        "score_min": 0.5,
        "peers_shared_min": 2,
        "standing": 0.9769,
        "standing_of_second": 0.0,
        "margin_min": 0.1,
        "circle_cosine": 0.9769,
        "same_handset": False,
        "same_identity": False,
        "cells_cosine": 0.0,
        "strength_nats": 24.1,
        "chance_nats": 0.0,
        "strength_min_nats": 2.0,
        "rivals": 1,
        "new_began": "2026-04-01",
        "old_relation": "silent",
        "old_last_active": "2026-03-31",
        "old_active_days_before": 16,
        "old_active_days_after": 0,
        "days_after": 20,
        "silent_days": 20,
        "peers_new": 8,
        "peers_old": 8,
        "peers_shared": 8,
        "peers_shared_that_count": 8,
        "holders_max": 200,
        "peers": [{"peer": "+86188****0042", "calls_new": 10, "calls_old": 16, "holders": 2}],
    },
    speaks_for={"competitor_tariff": 2, "service_dissatisfaction": 1},
)
