"""One rule alone: facts in, outcomes out, its memory carried from each fact to the next."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Peer, Rule
from shared.topic import SubscriberEvent

RIVAL = Peer("china_mobile", rival=True)
OWN = Peer("china_telecom", rival=False)

KINDS = ("kind", "way")
"""What tells one shape of a rule's evidence from another, where it has several."""

Fact = SubscriberEvent | tuple[SubscriberEvent, Peer]
"""A fact, with whose number it names where it names one."""


def outcomes(rule: Rule[Any, Any, Any], facts: Sequence[Fact], limits: Struct | None = None) -> list[list[Outcome]]:
    """Return what the rule says at each fact; its example in the docs is held against what it finds."""
    memory, said = rule.fresh, []
    for fact in facts:
        event, peer = fact if isinstance(fact, tuple) else (fact, None)
        memory, now = rule.step(memory, Heard(event, peer), limits or rule.limits)
        said.append(list(now))
        for finding in now:
            _like_the_example(rule, finding)
    return said


def _like_the_example(rule: Rule[Any, Any, Any], outcome: Outcome) -> None:
    if isinstance(outcome, Finding) and all(outcome.evidence.get(each) == rule.example.get(each) for each in KINDS):
        assert outcome.evidence.keys() == rule.example.keys(), "the example of the docs has another shape"


def levels(rule: Rule[Any, Any, Any], facts: Sequence[Fact], limits: Struct | None = None) -> list[Level | str | None]:
    """Return the level found at each fact, `cleared`, or None where nothing is said."""
    return [_short(said) for said in outcomes(rule, facts, limits)]


def _short(said: list[Outcome]) -> Level | str | None:
    if not said:
        return None
    (only,) = said
    return "cleared" if isinstance(only, Clearing) else only.level


def findings(rule: Rule[Any, Any, Any], facts: Sequence[Fact], limits: Struct | None = None) -> list[Finding]:
    """Return all findings, in their order."""
    return [each for said in outcomes(rule, facts, limits) for each in said if isinstance(each, Finding)]
