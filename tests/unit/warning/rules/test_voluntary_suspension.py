"""A wish to have the service stopped is a warning; its coming back clears it."""

import pytest

from services.warning.domain.rule import Finding, Level
from services.warning.domain.rules.voluntary_suspension import RULE
from shared.events.suspension_changed import SuspensionAction, SuspensionChanged, SuspensionKind
from tests.support.builders import NUMBER, at
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit


def suspension(day: int, action: SuspensionAction, kind: SuspensionKind = "voluntary") -> SuspensionChanged:
    """Return that service stopped or came back on a day of March."""
    when = at(f"2026-03-{day:02d} 10:00")
    return SuspensionChanged(id=f"{day}-{action}", occurred_at=when, msisdn=NUMBER, kind=kind, action=action)


def test_it_fires_when_the_service_stops() -> None:
    evidence = {"suspended_at": "2026-03-05T10:00:00+08:00"}
    found = Finding(occasion="5-suspended", level=Level.ACT_NOW, evidence=evidence)
    assert findings(RULE, [suspension(5, "suspended")]) == [found]
    assert RULE.explain(evidence) == (
        "客户于2026-03-05主动停机",
        "The customer had the service suspended on 2026-03-05",
    )


def test_told_again_it_fires_once() -> None:
    assert levels(RULE, [suspension(5, "suspended"), suspension(6, "suspended")]) == [Level.ACT_NOW, None]


def test_it_clears_when_the_service_comes_back_and_fires_anew() -> None:
    facts = [suspension(5, "suspended"), suspension(6, "resumed"), suspension(7, "suspended")]
    assert levels(RULE, facts) == [Level.ACT_NOW, "cleared", Level.ACT_NOW]


def test_a_service_that_never_stopped_clears_nothing() -> None:
    assert levels(RULE, [suspension(5, "resumed")]) == [None]


@pytest.mark.parametrize("kind", ["arrears_one_way", "arrears_two_way"])
def test_a_stop_for_arrears_is_another_rules_business(kind: SuspensionKind) -> None:
    facts = [suspension(4, "suspended", kind), suspension(5, "suspended"), suspension(6, "resumed", kind)]
    assert levels(RULE, facts) == [None, Level.ACT_NOW, None]
