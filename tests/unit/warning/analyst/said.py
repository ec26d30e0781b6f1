"""Small builders for tests of analysts' rules: what an analyst says, the versions it makes, and subscriptions."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from services.warning.domain.analyst.definition import AnalystRule
from services.warning.domain.analyst.features import noted
from services.warning.domain.analyst.journal import Journal, Subject
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.domain.subscriber import Holder, Profile, billed
from shared.decision import fold
from shared.events.bill_issued import BillIssued
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.topic import Event, SubscriberEvent
from tests.support.builders import at
from tests.unit.warning.holders import HOLDER

SAID: dict[str, Any] = {
    "title": "星级客户话费陡降",
    "when": "bill.fall_share >= 0.3 && customer.stars >= 5",
    "level": 2,
    "explain_zh": "话费{bill.amount_fen:yuan}元，下降{bill.fall_share:percent}",
    "explain_en": "The bill is {bill.amount_fen:yuan} yuan, {bill.fall_share:percent} lower",
    "examples": [
        {"features": {"bill.fall_share": 0.3, "customer.stars": 5}, "fires": True},
        {"features": {"bill.fall_share": 0.29, "customer.stars": 5}, "fires": False},
    ],
}


def analyst_rule(**otherwise: Any) -> AnalystRule:
    """Return a rule of an analyst with some fields said otherwise."""
    return msgspec.convert(SAID | otherwise, AnalystRule)


def version(number: int = 1, since: str = "2025-01-01 00:00", scope: str = EVERYWHERE, **said: Any) -> PolicyVersion:
    """Return a version of `warning.analyst.stars`; without fields, it says all that a rule needs."""
    name = said.pop("name", "warning.analyst.stars")
    return PolicyVersion(name=name, version=number, scope=scope, effective_from=at(since), fields=said or SAID)


def subject(facts: Iterable[SubscriberEvent], when: str, holder: Holder = HOLDER) -> Subject:
    """Return a subscription as it was at a moment, when these facts had been heard."""
    profile, journal = Profile(), Journal()
    for fact in facts:
        profile = billed(profile, fact) if isinstance(fact, BillIssued) else profile
        journal = noted(journal, fact)
    return Subject(holder, profile, journal, at(when))


def lived(
    facts: Sequence[SubscriberEvent], *versions: PolicyVersion, holder: Holder = HOLDER, **known: Any
) -> tuple[Memory, list[Event]]:
    """Return the memory after `facts` under analysts' rules alone, and all that was said."""
    book = PolicyBook(versions)
    knowledge = Knowledge(known.pop("rules", ()), book, {}, analysts=Analysts(book).standing, **known)
    before = {"s1": Memory(holder, Profile(), {})}
    folded = fold(lambda memory, fact: decide(knowledge, memory, fact), before, [("s1", fact) for fact in facts])
    return folded.memories["s1"], list(folded.events)
