"""How paying changes: ever later, no longer ahead, less at each top-up."""

from datetime import date, timedelta

import pytest
from msgspec import structs

from services.warning.domain.day_came import DayCame
from services.warning.domain.rule import Level
from services.warning.domain.rules.payment_behaviour import RULE, Memory
from shared.calendar import start_of
from shared.events.bill_issued import BillIssued
from shared.events.payment_received import PaymentReceived
from shared.topic import SubscriberEvent
from tests.support.builders import NUMBER, bill, fresh
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

WATCH, ACT = Level.WATCH, Level.ACT
ISSUED = date(2026, 1, 2)


def owed(month: str) -> BillIssued:
    """Return a bill, issued on the second of the month after it, that leaves a debt."""
    return bill(month, 100, remaining_fen=10_000)


def paid(day: date, yuan: int = 100, left_fen: int = 0) -> PaymentReceived:
    """Return a payment."""
    return PaymentReceived(
        id=fresh("payment"),
        occurred_at=start_of(day) + timedelta(hours=9),
        msisdn=NUMBER,
        amount_fen=yuan * 100,
        remaining_fen=left_fen,
    )


def settled(*lags_days: int) -> list[SubscriberEvent]:
    """Return bills of months in a row, each settled so many days after its issue."""
    facts: list[SubscriberEvent] = []
    for number, lag in enumerate(lags_days):
        month = f"2025-{number + 1:02d}"
        facts += [owed(month), paid(date(2025, number + 2, 2) + timedelta(days=lag))]
    return facts


def top_ups(*yuans: int) -> list[SubscriberEvent]:
    """Return payments while nothing is owed."""
    return [paid(date(2025, 6, 1) + timedelta(days=number), yuan) for number, yuan in enumerate(yuans)]


@pytest.mark.parametrize(
    ("lags", "level"),
    [
        ((5, 7, 10), ACT),
        ((5, 8, 9), None),  # not late yet
        ((6, 8, 10), None),  # only four days longer
        ((12, 12, 20), None),  # once it was no later
        ((3, 12), None),
        ((1, 2, 3, 5, 10), ACT),
    ],
)
def test_bills_settled_ever_later_are_said_at_the_last_of_them(lags: tuple[int, ...], level: Level | None) -> None:
    said = levels(RULE, settled(*lags))
    assert said == [None] * (len(said) - 1) + [level]


def test_it_is_said_once_and_cleared_by_a_bill_paid_in_time() -> None:
    said = levels(RULE, settled(5, 8, 12, 15, 20, 3, 2))
    assert [each for each in said if each] == [ACT, "cleared"]


def test_a_part_payment_settles_nothing_and_the_oldest_bill_counts() -> None:
    facts = [
        *settled(5, 8),
        owed("2025-03"),
        paid(date(2025, 4, 3), left_fen=1),
        owed("2025-04"),
        paid(date(2025, 5, 4)),
    ]
    (finding,) = findings(RULE, facts)
    assert finding.evidence["lags_days"] == [5, 8, 32]


def test_a_payment_that_was_made_before_the_bill_does_not_settle_it() -> None:
    facts = [*settled(5, 8), owed("2025-03"), paid(date(2025, 4, 1)), paid(date(2025, 4, 14))]
    (finding,) = findings(RULE, facts)
    assert finding.evidence["lags_days"] == [5, 8, 12]


def test_who_paid_ahead_and_owes_is_found_by_time_and_not_said_again_when_paying() -> None:
    facts = [*top_ups(100, 100, 100), owed("2025-12")]
    days = [
        DayCame(id=f"d{n}", occurred_at=start_of(ISSUED), msisdn=NUMBER, day=ISSUED + timedelta(days=n))
        for n in (9, 10)
    ]
    assert levels(RULE, [*facts, *days, paid(ISSUED + timedelta(days=30))]) == [None] * 5 + [ACT, None]
    assert levels(RULE, [*facts, paid(ISSUED + timedelta(days=9))]) == [None] * 5
    assert levels(RULE, [*facts, paid(ISSUED + timedelta(days=10))]) == [None] * 4 + [ACT]
    assert levels(RULE, [*facts[1:], days[1]]) == [None] * 4, "two top-ups are no habit"


def test_it_asks_for_the_day_on_which_a_debt_becomes_late() -> None:
    ahead = Memory(owed_since=ISSUED, top_ups_fen=(1, 1, 1))
    assert RULE.due(ahead, RULE.limits) == ISSUED + timedelta(days=10)
    assert RULE.due(structs.replace(ahead, said="no_longer_ahead"), RULE.limits) is None
    assert RULE.due(structs.replace(ahead, owed_since=None), RULE.limits) is None
    assert RULE.due(structs.replace(ahead, top_ups_fen=(1, 1)), RULE.limits) is None


@pytest.mark.parametrize(
    ("yuans", "level"),
    [
        ((100, 80, 60), WATCH),
        ((100, 80, 61), None),
        ((100, 50, 50), None),
        ((29, 10, 5), None),
        ((30, 20, 18), WATCH),
        ((100, 60), None),
    ],
)
def test_top_ups_that_shrink_to_three_fifths_are_said(yuans: tuple[int, ...], level: Level | None) -> None:
    said = levels(RULE, top_ups(*yuans))
    assert said == [None] * (len(said) - 1) + [level]


def test_shrinking_is_said_once_and_cleared_when_it_is_over() -> None:
    assert levels(RULE, top_ups(100, 80, 60, 40, 30, 90, 80, 70)) == [
        None,
        None,
        WATCH,
        None,
        None,
        "cleared",
        None,
        None,
    ]


def test_a_bill_that_leaves_no_debt_changes_nothing() -> None:
    assert levels(RULE, [bill("2025-01", 100), *top_ups(100, 80, 60)]) == [None, None, None, WATCH]


@pytest.mark.parametrize(
    ("facts", "zh", "en"),
    [
        (
            settled(5, 7, 10),
            "缴费越来越晚：出账后5、7、10天才缴清",
            "Bills are settled ever later: after 5, 7, 10 days",
        ),
        (top_ups(100, 80, 60), "充值金额逐次减少：由100.00元降至60.00元", "Top-ups shrink: from 100.00 to 60.00 yuan"),
        (
            [*top_ups(9, 9, 9), owed("2025-12"), paid(ISSUED + timedelta(days=12))],
            "原为预存缴费，现欠费12天",
            "Paid ahead before, now owes for 12 days",
        ),
    ],
)
def test_it_is_explained(facts: list[SubscriberEvent], zh: str, en: str) -> None:
    (finding,) = findings(RULE, facts)
    assert RULE.explain(finding.evidence) == (zh, en)
