"""Arrears before they happen: by what is used of the credit, and by a bill that data blew up."""

import pytest

from services.warning.domain.rule import Level
from services.warning.domain.rules.arrears_risk import RULE
from shared.events.bill_issued import BillIssued, BillLines
from shared.events.credit_assessed import CreditAssessed
from tests.support.builders import NUMBER, at, bill, fresh
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

WATCH, ACT, ACT_NOW = Level.WATCH, Level.ACT, Level.ACT_NOW


def credit(used_fen: int, limit_fen: int = 20_000, score: int = 700) -> CreditAssessed:
    """Return an assessment."""
    return CreditAssessed(
        id=fresh("credit"),
        occurred_at=at("2026-03-05 10:00"),
        msisdn=NUMBER,
        credit_score=score,
        credit_limit_fen=limit_fen,
        used_fen=used_fen,
    )


def data(month: str, yuan: int) -> BillIssued:
    """Return a bill with so much for data beyond the package."""
    return bill(month, 100 + yuan, lines=BillLines(package_fee_fen=10_000, data_fee_fen=yuan * 100))


@pytest.mark.parametrize(
    ("assessed", "level"),
    [
        (credit(15_999), None),
        (credit(16_000), ACT),
        (credit(20_000), ACT_NOW),
        (credit(10_000, score=400), WATCH),
        (credit(10_000, score=401), None),
        (credit(9_999, score=400), None),
        (credit(1, limit_fen=0), ACT_NOW),
        (credit(0, limit_fen=0), None),
    ],
)
def test_the_used_share_decides_the_level(assessed: CreditAssessed, level: Level | None) -> None:
    assert levels(RULE, [assessed]) == [level]


def test_a_level_is_said_once_until_the_credit_is_at_ease_again() -> None:
    used = [16_000, 17_000, 21_000, 16_000, 1_000, 0, 16_000]
    assert levels(RULE, [credit(each) for each in used]) == [ACT, None, ACT_NOW, None, "cleared", None, ACT]


@pytest.mark.parametrize(
    ("before", "now", "level"),
    [(25, 50, ACT), (26, 50, None), (20, 49, None), (0, 50, ACT), (0, 49, None), (10, 500, ACT)],
)
def test_a_shock_is_twice_the_mean_and_fifty_yuan(before: int, now: int, level: Level | None) -> None:
    # Whoever never paid for data beyond the package has a mean of nothing: the first such bill is the greatest shock.
    assert levels(RULE, [data("2026-01", before), data("2026-02", before), data("2026-03", now)])[-1] == level


def test_a_first_bill_has_nothing_to_be_held_against() -> None:
    assert levels(RULE, [data("2026-01", 500)]) == [None]


def test_a_corrected_bill_says_its_shock_once() -> None:
    again = bill("2026-02", 300, version=2, lines=BillLines(data_fee_fen=20_000))
    assert levels(RULE, [data("2026-01", 10), data("2026-02", 100), again]) == [None, ACT, None]


def test_evidence_names_what_was_compared() -> None:
    (finding,) = findings(RULE, [data("2026-01", 10), data("2026-02", 100)])
    assert finding.evidence == {
        "kind": "bill_shock",
        "month": "2026-02",
        "data_fee_fen": 10_000,
        "mean_before_fen": 1_000,
        "months_before": 1,
        "shock_fen_min": 5_000,
        "shock_times_min": 2.0,
    }
    assert RULE.explain(finding.evidence) == (
        "2026-02套餐外流量费100.00元，此前月均10.00元",
        "Data beyond the package cost 100.00 yuan in 2026-02, 10.00 yuan a month before",
    )
