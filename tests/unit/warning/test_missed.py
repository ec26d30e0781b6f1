"""A rule that fails misses the fact, and what follows of that subscription; no other rule notices."""

from dataclasses import replace
from typing import Any

import pytest

from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule, Knowledge, Memory, decide
from services.warning.domain.missed import FactMissed
from services.warning.domain.rules.rival_forwarding import RULE as FORWARDING
from services.warning.domain.subscriber import Profile
from shared.decision import fold
from shared.events.warning_raised import WarningFacts
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.topic import SubscriberEvent, of_kind
from tests.support.builders import NUMBER, at, forwarding
from tests.unit.warning.holders import HOLDER

pytestmark = pytest.mark.unit

TEN, LATER = at("2026-03-05 10:00"), at("2026-03-06 10:00")
SET_UP, REMOVED = forwarding(TEN), forwarding(LATER, to=None)


def broken(*_: Any) -> Any:
    """Raise, as a bug does."""
    raise ZeroDivisionError("no legs")


BROKEN = replace(FORWARDING, step=broken)


def lived(facts: list[SubscriberEvent], rules: list[AnyRule], **known: Any) -> tuple[Memory, list[Any]]:
    """Return the memory after `facts`, and all that came of them."""
    knowledge = Knowledge(rules, known.pop("policy", PolicyBook()), {}, **known)
    before = {"s1": Memory(HOLDER, Profile(), {})}
    folded = fold(lambda memory, fact: decide(knowledge, memory, fact), before, [("s1", fact) for fact in facts])
    return folded.memories["s1"], list(folded.events)


def test_the_fact_is_kept_with_what_the_rule_raised() -> None:
    memory, (missed,) = lived([SET_UP], [BROKEN])
    assert missed == FactMissed(
        id=SET_UP.id,
        occurred_at=TEN,
        rule_id="rival_forwarding",
        rule_version=FORWARDING.version,
        subscription_id="s1",
        event=SET_UP,
        error="ZeroDivisionError: no legs",
    )
    assert (dict(memory.rules), memory.behind) == ({}, frozenset({"rival_forwarding"}))


def test_what_follows_is_missed_too_so_that_order_is_kept() -> None:
    memory, _ = lived([SET_UP], [BROKEN])
    after = decide(Knowledge([FORWARDING], PolicyBook(), {}), memory, REMOVED)
    assert [(each.event, each.error) for each in of_kind(FactMissed, after.events)] == [(REMOVED, None)]


def test_no_other_rule_notices() -> None:
    others = [rule for rule in all_rules() if rule.id != "rival_forwarding"]
    echo = replace(FORWARDING, id="echo")
    _, said = lived([SET_UP], [*others, BROKEN, echo])
    assert [each.rule_id for each in of_kind(WarningFacts, said)] == ["echo"]


def test_a_rule_in_quarantine_is_not_asked() -> None:
    _, (missed,) = lived([SET_UP], [BROKEN], quarantined=frozenset({("rival_forwarding", FORWARDING.version)}))
    assert (missed.rule_id, missed.error) == ("rival_forwarding", None)


def test_a_policy_that_cannot_be_read_is_the_rules_trouble_alone() -> None:
    wrong = PolicyVersion(
        name="warning.rival_forwarding",
        version=1,
        scope=EVERYWHERE,
        effective_from=at("2026-01-01 00:00"),
        fields={"window_days": "many"},
    )
    _, said = lived([SET_UP], [FORWARDING, replace(FORWARDING, id="echo")], policy=PolicyBook((wrong,)))
    assert [type(each) for each in said] == [FactMissed, type(said[1])]
    assert said[0].error.startswith("ValidationError")
    assert isinstance(said[1], WarningFacts)


def test_taking_what_was_missed_gives_what_should_have_been() -> None:
    _, missed = lived([SET_UP, REMOVED], [BROKEN])
    undisturbed = lived([SET_UP, REMOVED], [FORWARDING])
    assert lived([each.event for each in missed], [FORWARDING]) == undisturbed
    assert SET_UP.msisdn == NUMBER
