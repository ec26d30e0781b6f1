"""A stop for arrears is a warning at each tightening, one-way and then two-way; its end clears it."""

import pytest

from services.warning.domain.rule import Finding, Level
from services.warning.domain.rules.arrears_suspension import RULE
from shared.events.suspension_changed import SuspensionAction, SuspensionChanged, SuspensionKind
from tests.support.builders import NUMBER, at
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

ONE_WAY: SuspensionKind = "arrears_one_way"
TWO_WAY: SuspensionKind = "arrears_two_way"


def suspension(day: int, kind: SuspensionKind, action: SuspensionAction = "suspended") -> SuspensionChanged:
    """Return that service stopped or came back on a day of March."""
    when = at(f"2026-03-{day:02d} 10:00")
    return SuspensionChanged(id=f"{day}-{kind}", occurred_at=when, msisdn=NUMBER, kind=kind, action=action)


def test_one_way_and_two_way_are_told_apart() -> None:
    found = findings(RULE, [suspension(5, ONE_WAY), suspension(12, TWO_WAY)])
    first = {"kind": ONE_WAY, "suspended_at": "2026-03-05T10:00:00+08:00"}
    second = {"kind": TWO_WAY, "suspended_at": "2026-03-12T10:00:00+08:00"}
    assert found == [
        Finding(occasion=f"5-{ONE_WAY}", level=Level.ACT, evidence=first),
        Finding(occasion=f"12-{TWO_WAY}", level=Level.ACT_NOW, evidence=second),
    ]
    assert RULE.explain(first)[0] == "客户于2026-03-05因欠费单向停机（不能呼出）"
    assert RULE.explain(second)[0] == "客户于2026-03-12因欠费双向停机"


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ([ONE_WAY, ONE_WAY], [Level.ACT, None]),
        ([TWO_WAY, ONE_WAY], [Level.ACT_NOW, None]),
        ([TWO_WAY, TWO_WAY], [Level.ACT_NOW, None]),
        ([TWO_WAY], [Level.ACT_NOW]),
        (["voluntary", ONE_WAY], [None, Level.ACT]),
    ],
)
def test_only_a_tightening_is_news(kinds: list[SuspensionKind], said: list[Level | None]) -> None:
    assert levels(RULE, [suspension(day, kind) for day, kind in enumerate(kinds, 5)]) == said


@pytest.mark.parametrize("resumed", [ONE_WAY, TWO_WAY])
def test_service_that_comes_back_clears_both_and_begins_anew(resumed: SuspensionKind) -> None:
    facts = [
        suspension(5, ONE_WAY),
        suspension(6, TWO_WAY),
        suspension(7, resumed, "resumed"),
        suspension(8, ONE_WAY),
    ]
    assert levels(RULE, facts) == [Level.ACT, Level.ACT_NOW, "cleared", Level.ACT]


def test_a_service_that_never_stopped_clears_nothing() -> None:
    assert levels(RULE, [suspension(5, ONE_WAY, "resumed"), suspension(6, "voluntary", "resumed")]) == [None, None]


def test_a_voluntary_resumption_does_not_clear_arrears() -> None:
    assert levels(RULE, [suspension(5, ONE_WAY), suspension(6, "voluntary", "resumed")]) == [Level.ACT, None]
