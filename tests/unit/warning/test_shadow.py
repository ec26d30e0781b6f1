"""A proposal in shadow: what it may change, and what it remembers when it begins."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.warning.domain.analyst.journal import Journal
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import Memory
from services.warning.domain.missed import FactMissed
from services.warning.domain.rules.porting import RULE as PORTING
from services.warning.domain.rules.steep_bill_drop import RULE as DROP
from services.warning.domain.rules.steep_bill_drop import Bill
from services.warning.domain.rules.steep_bill_drop import Memory as Bills
from services.warning.domain.shadow import Kept, Shadow, ShadowFailedError, begun, can_be_shadowed, unfailed
from shared.policy import PolicyBook
from tests.support.builders import REGION, at, bill
from tests.unit.warning.analyst.said import SAID, version
from tests.unit.warning.builders import warning
from tests.unit.warning.holders import HOLDER, profile

pytestmark = pytest.mark.unit

REAL = Bills({"2026-01": Bill(20_000, False, 1)})
OWN = Bills({"2026-01": Bill(20_000, False, 1)}, ("2026-01",))
LIVE = Memory(
    HOLDER,
    profile(100),
    {"steep_bill_drop": REAL, "porting": PORTING.fresh},
    {"steep_bill_drop": None, "porting": date(2026, 3, 9)},
    frozenset({"porting"}),
)


def shadow(name: str, scope: str = "") -> Shadow:
    """Return a proposal of one policy."""
    return Shadow(proposal_id=1, name=name, scope=scope, fields={}, unset=())


def missed(error: str | None) -> FactMissed:
    """Return that a rule missed a bill."""
    fact = bill("2026-02", 90)
    facts: dict[str, Any] = {"id": fact.id, "occurred_at": fact.occurred_at, "event": fact, "error": error}
    return FactMissed(rule_id="steep_bill_drop", rule_version=1, subscription_id="s1", **facts)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("warning.steep_bill_drop", {"steep_bill_drop"}),
        ("warning.population", {rule.id for rule in all_rules()}),
        ("warning.lateness", set()),
        ("warning.analyst.Stars", set()),
    ],
)
def test_a_proposal_changes_the_rules_that_follow_its_policy(name: str, rules: set[str]) -> None:
    assert {rule.id for rule in all_rules() if shadow(name).changes(rule)} == rules
    assert can_be_shadowed(name) == bool(rules)


def test_a_rule_of_an_analyst_is_tried_alone_and_with_all_others_where_all_may_change() -> None:
    book = PolicyBook((version(), version(2, name="warning.analyst.other", **SAID)))
    level = Shadow(proposal_id=1, name="warning.analyst.stars", scope=REGION, fields={"level": 3}, unset=())
    target = Shadow(proposal_id=2, name="warning.population", scope="", fields={"arpu_min_fen": 1}, unset=())
    names = {each.name: Analysts(each.laid_over(book)).names() for each in (level, target)}
    assert names == {
        "warning.analyst.stars": ["analyst.stars"],
        "warning.population": ["analyst.other", "analyst.stars"],
    }
    assert can_be_shadowed(level.name)
    (rule,) = Analysts(level.laid_over(book)).standing(REGION, at("2026-03-01 00:00"))
    assert (rule.limits.level, rule.limits.when) == (3, SAID["when"])
    asked = [shadow(name).asks_analysts for name in (level.name, target.name, "warning.porting")]
    assert asked == [True, True, False]


def test_a_shadow_knows_what_the_journal_knows() -> None:
    journal = Journal({"rival": (1,)})
    assert begun(replace(LIVE, journal=journal), Kept(), []).journal is journal


def test_a_proposal_reaches_its_scope() -> None:
    scopes = {"": True, REGION: True, "150000": True, "150000.150200": False}
    assert {scope: shadow("warning.porting", scope).reaches(HOLDER) for scope in scopes} == scopes


def test_a_shadow_begins_with_a_copy_and_goes_on_with_its_own() -> None:
    first = begun(LIVE, Kept(), [DROP])
    assert (first.rules, first.due, first.profile) == (
        {"steep_bill_drop": REAL},
        {"steep_bill_drop": None},
        LIVE.profile,
    )
    due: dict[str, date | None] = {"steep_bill_drop": date(2026, 4, 1)}
    later = begun(LIVE, Kept({"steep_bill_drop": OWN}, due), [DROP])
    assert (later.rules, later.due) == ({"steep_bill_drop": OWN}, due)


def test_a_rule_that_is_behind_in_earnest_is_behind_in_shadow() -> None:
    assert begun(LIVE, Kept(), [PORTING]).behind == frozenset({"porting"})
    assert begun(replace(LIVE, behind=frozenset()), Kept(), [PORTING]).due == {"porting": date(2026, 3, 9)}


def test_a_shadow_says_what_its_rules_say_and_fails_with_them() -> None:
    said = warning()
    assert unfailed([said, missed(None)]) == [said]
    with pytest.raises(ShadowFailedError, match="steep_bill_drop failed: ZeroDivisionError"):
        unfailed([said, missed("ZeroDivisionError: no months")])
