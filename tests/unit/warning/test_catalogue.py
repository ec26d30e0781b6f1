"""The rules are those in their folder, each under its file's name."""

from dataclasses import replace

import pytest

from services.warning.domain import catalogue, rules
from services.warning.domain.catalogue import OWN_KINDS, all_rules, heard_kinds
from services.warning.domain.decide import AnyRule
from services.warning.domain.rule import Rule
from services.warning.domain.rules.porting import RULE as PORTING
from shared.catalogue import topic_of
from shared.folder import entries
from shared.topic import Stage

pytestmark = pytest.mark.unit


def test_each_rule_is_found_under_its_files_name() -> None:
    found = entries(rules, "RULE", Rule)
    assert {name: rule.id for name, rule in found.items()} == {name: name for name in found}
    assert all_rules() == tuple(found.values())


def test_the_rules_of_the_first_day_are_there() -> None:
    first = {"W1": "voluntary_suspension", "W2": "steep_bill_drop", "W3": "arrears_suspension"}
    first |= {"W4": "rival_forwarding", "W5": "rival_hotline", "W7": "porting"}
    assert first.items() <= {rule.requirement: rule.id for rule in all_rules()}.items()


def test_two_rules_with_one_id_stop_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "entries", lambda *_: {"one": PORTING, "two": replace(PORTING, version=2)})
    with pytest.raises(TypeError, match="two rules have the same id"):
        all_rules.__wrapped__()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_hears_lower_stages_and_says_how_long_a_call_is_of_use(rule: AnyRule) -> None:
    assert rule.hears
    wire = [kind for kind in rule.hears if kind not in OWN_KINDS]
    assert all(topic_of(kind).stage < Stage.WARNING for kind in wire)
    assert set(wire) <= set(heard_kinds())
    assert rule.limits.actionable_hours > 0
