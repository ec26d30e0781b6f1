"""Customers of small bills are reminded before they are disconnected, and not too often."""

from datetime import date, timedelta

import pytest

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Level
from services.warning.domain.rules.arrears_reminder import RULE, Memory
from shared.calendar import start_of
from shared.events.bill_issued import BillIssued
from shared.events.credit_assessed import CreditAssessed
from shared.events.payment_received import PaymentReceived
from shared.events.suspension_changed import SuspensionChanged
from tests.support.builders import NUMBER, bill, fresh
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

WATCH = Level.WATCH
ISSUED = date(2026, 2, 2)


def unpaid(yuan: float = 59, month: str = "2026-01") -> BillIssued:
    """Return a bill, issued on the second of the month after it, that leaves a debt."""
    return bill(month, yuan, remaining_fen=round(yuan * 100))


def came(days: int) -> DayCame:
    """Return that the day so long after the bill is over."""
    day = ISSUED + timedelta(days=days)
    return DayCame(id=fresh("day"), occurred_at=start_of(day + timedelta(days=1)), msisdn=NUMBER, day=day)


def paid(days: int, left_fen: int = 0) -> PaymentReceived:
    """Return a payment so long after the bill."""
    at = start_of(ISSUED + timedelta(days=days))
    return PaymentReceived(id=fresh("p"), occurred_at=at, msisdn=NUMBER, amount_fen=100, remaining_fen=left_fen)


def credit(days: int, used_fen: int, limit_fen: int = 10_000) -> CreditAssessed:
    """Return an assessment so long after the bill."""
    at = start_of(ISSUED + timedelta(days=days))
    return CreditAssessed(
        id=fresh("c"), occurred_at=at, msisdn=NUMBER, credit_score=600, credit_limit_fen=limit_fen, used_fen=used_fen
    )


def changed(kind: str, action: str = "suspended") -> SuspensionChanged:
    """Return a suspension or its end."""
    at = start_of(ISSUED + timedelta(days=3))
    return SuspensionChanged(id=fresh("s"), occurred_at=at, msisdn=NUMBER, kind=kind, action=action)  # type: ignore[arg-type]


def test_a_bill_is_reminded_of_on_the_fifteenth_day_and_a_week_later_and_no_more() -> None:
    said = levels(RULE, [unpaid(), *map(came, (14, 15, 16, 21, 22, 29, 60))])
    assert said == [None, None, WATCH, None, None, WATCH, None, None]


def test_who_has_a_larger_bill_is_called_by_a_manager() -> None:
    assert levels(RULE, [unpaid(99.99), came(15)]) == [None, WATCH]
    assert levels(RULE, [unpaid(100), came(15)]) == [None, None]


def test_whoever_pays_is_left_alone_and_what_was_said_is_cleared() -> None:
    assert levels(RULE, [unpaid(), paid(3), came(15)]) == [None, None, None]
    assert levels(RULE, [unpaid(), came(15), paid(16), came(22)]) == [None, WATCH, "cleared", None]
    part = findings(RULE, [unpaid(), paid(3, left_fen=4_000), came(15)])
    assert [each.evidence["owed_fen"] for each in part] == [4_000]


def test_the_next_debt_begins_anew() -> None:
    facts = [unpaid(), came(15), came(22), paid(23), unpaid(month="2026-02"), came(28 + 14), came(28 + 15)]
    assert levels(RULE, facts) == [None, WATCH, WATCH, "cleared", None, None, WATCH]
    occasions = [each.occasion for each in findings(RULE, facts)]
    assert occasions == ["2026-02-02:1", "2026-02-02:2", "2026-03-02:1"]


def test_credit_that_is_used_up_is_reminded_of_at_once_and_not_daily() -> None:
    facts = [
        unpaid(),
        credit(1, 8_999),
        credit(2, 9_000),
        credit(3, 9_500),
        came(9),
        credit(9, 9_500),
        credit(30, 9_900),
    ]
    assert levels(RULE, facts) == [None, None, WATCH, None, WATCH, None, None]


def test_nobody_is_reminded_while_suspended_for_arrears() -> None:
    assert levels(RULE, [unpaid(), changed("arrears_one_way"), came(15)]) == [None] * 3
    assert levels(RULE, [unpaid(), changed("voluntary"), came(15)]) == [None, None, WATCH]
    again = [unpaid(), changed("arrears_one_way"), changed("arrears_one_way", "resumed"), came(15)]
    assert levels(RULE, again) == [None] * 3 + [WATCH]


def test_of_whom_no_bill_is_known_nobody_knows_whether_it_is_small() -> None:
    assert levels(RULE, [credit(1, 10_000)]) == [None]


def test_an_older_bill_that_comes_late_changes_nothing() -> None:
    assert levels(RULE, [unpaid(), unpaid(500, "2025-12"), came(15)]) == [None, None, WATCH]


def test_it_asks_for_the_day_of_the_next_reminder() -> None:
    owing = Memory(month="2026-01", amount_fen=5_900, owed_fen=5_900, owed_since=ISSUED)
    told = Memory(month="2026-01", amount_fen=5_900, owed_since=ISSUED, reminders=1, reminded_on=ISSUED)
    assert RULE.due(owing, RULE.limits) == ISSUED + timedelta(days=15)
    assert RULE.due(told, RULE.limits) == ISSUED + timedelta(days=7)
    assert RULE.due(Memory(), RULE.limits) is None


def test_it_is_explained() -> None:
    (by_bill,) = findings(RULE, [unpaid(), came(15)])
    assert RULE.explain(by_bill.evidence) == (
        "2026-02-02以来欠费59.00元，应提醒缴费（第1次）",
        "Owes 59.00 yuan since 2026-02-02: remind (1)",
    )
    (by_credit,) = findings(RULE, [unpaid(), credit(1, 9_000)])
    assert RULE.explain(by_credit.evidence)[1] == "The credit is nearly used: remind of 90.00 yuan (1)"
