"""A bill that fell by three tenths of its baseline is a warning, by half an urgent one; a later good month clears."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.warning.domain.rule import Clearing, Finding, Heard, Level
from services.warning.domain.rules.steep_bill_drop import MONTHS_KEPT, RULE, Limits
from shared.calendar import months_before
from shared.events.bill_issued import BillIssued
from tests.support.builders import bill
from tests.unit.warning.rules.walking import findings, levels, outcomes

pytestmark = pytest.mark.unit

ACT, ACT_NOW = Level.ACT, Level.ACT_NOW


def bills(*yuan: float) -> list[BillIssued]:
    """Return bills of the months up to March, the last one March's."""
    return [bill(months_before("2026-03", len(yuan) - 1 - place), each) for place, each in enumerate(yuan)]


def test_the_evidence_says_what_fell_from_where() -> None:
    evidence = {
        "month": "2026-03",
        "amount_fen": 5_000,
        "baseline_fen": 10_000,
        "baseline_months": ["2025-12", "2026-01", "2026-02"],
        "fall_share": 0.5,
        "fall_share_min": 0.3,
        "fell": True,
    }
    found = findings(RULE, bills(90, 110, 100, 50))
    assert found == [Finding(occasion="2026-03", level=ACT_NOW, evidence=evidence)]
    assert RULE.explain(evidence) == (
        "2026-03话费50.00元，较此前均值100.00元下降50%",
        "The bill of 2026-03 is 50.00 yuan, 50% below the mean of 100.00 yuan before",
    )


@pytest.mark.parametrize(
    ("yuan", "level"),
    [
        (1000, None),
        (700.01, None),
        (700, ACT),
        (699.99, ACT),
        (500.01, ACT),
        (500, ACT_NOW),
        (0, ACT_NOW),
        (-5, ACT_NOW),
    ],
)
def test_each_share_counts_from_its_boundary_on_to_the_fen(yuan: float, level: Level | None) -> None:
    assert levels(RULE, bills(1000, yuan)) == [None, level]


@given(st.integers(5_000, 10**8), st.sampled_from([0.1, 0.15, 0.2, 0.3, 0.35, 0.45]), st.integers(-1, 1))
def test_no_share_is_missed_or_met_by_a_rounding(baseline_fen: int, share: float, off_fen: int) -> None:
    """A fall is told from the whole numbers, whatever the share in binary is."""
    percent = round(share * 100)
    kept_fen = baseline_fen * (100 - percent) // 100 + off_fen
    fell = 100 * (baseline_fen - kept_fen) >= percent * baseline_fen
    said = levels(
        RULE,
        [bill("2026-02", baseline_fen / 100), bill("2026-03", 0, amount_due_fen=kept_fen)],
        Limits(fall_share_min=share),
    )
    assert (said[1] is not None) == fell


@pytest.mark.parametrize(("yuan", "level"), [(50, ACT_NOW), (49.99, None)])
def test_a_small_baseline_says_nothing(yuan: float, level: Level | None) -> None:
    assert levels(RULE, bills(yuan, 0)) == [None, level]


def test_a_first_bill_has_no_baseline() -> None:
    assert levels(RULE, bills(0)) == [None]


def test_the_baseline_is_the_mean_of_up_to_three_months() -> None:
    assert levels(RULE, bills(9_999, 100, 100, 100, 70))[-1] is ACT
    assert levels(RULE, bills(9_999, 100, 100, 70))[-1] is ACT_NOW
    assert levels(RULE, bills(100, 70)) == [None, ACT]


def test_months_between_without_a_bill_are_passed_over() -> None:
    assert levels(RULE, [bill("2025-09", 100), bill("2026-03", 70)]) == [None, ACT]


def test_a_recovered_month_clears() -> None:
    assert levels(RULE, bills(100, 100, 100, 50, 100)) == [None, None, None, ACT_NOW, "cleared"]


def test_a_month_that_stays_low_has_not_recovered_and_what_was_cleared_is_not_cleared_again() -> None:
    later = levels(RULE, bills(200, 200, 200, 100, 100, 100, 100, 190, 200))[3:]
    assert later == [ACT_NOW, ACT, None, None, "cleared", None]


def test_a_month_that_is_low_again_is_a_warning_of_its_own() -> None:
    found = findings(RULE, bills(100, 100, 100, 50, 50))
    assert [each.occasion for each in found] == ["2026-02", "2026-03"]


class TestACorrectedBill:
    """A bill's higher version counts instead."""

    def test_that_falls_is_a_warning(self) -> None:
        assert levels(RULE, [*bills(100, 100), bill("2026-03", 60, version=2)]) == [None, None, ACT]

    def test_that_falls_no_more_clears(self) -> None:
        assert levels(RULE, [*bills(100, 60), bill("2026-03", 90, version=2)]) == [None, ACT, "cleared"]

    def test_of_an_older_version_is_passed_over(self) -> None:
        facts = [bill("2026-02", 100), bill("2026-03", 100, version=2), bill("2026-03", 60)]
        assert levels(RULE, facts) == [None, None, None]

    def test_of_the_same_version_is_a_resend(self) -> None:
        assert levels(RULE, [*bills(100, 60), bill("2026-03", 60)]) == [None, ACT, None]
        assert levels(RULE, [*bills(100, 100), bill("2026-03", 60)]) == [None, None, None]

    def test_is_not_warned_of_twice(self) -> None:
        assert levels(RULE, [*bills(100, 60), bill("2026-03", 10, version=2)]) == [None, ACT, None]

    def test_of_the_baseline_holds_later_months_again(self) -> None:
        found = findings(RULE, [*bills(100, 100), bill("2026-02", 200, version=2)])
        assert [(each.occasion, each.evidence["baseline_fen"]) for each in found] == [("2026-03", 20_000)]


class TestALateBill:
    """A bill may come before those it is held against."""

    def test_makes_the_months_after_it_fall(self) -> None:
        march, february = bill("2026-03", 60), bill("2026-02", 100)
        found = findings(RULE, [march, february])
        assert [each.occasion for each in found] == ["2026-03"]

    def test_of_a_fall_that_has_recovered_since_is_said_and_cleared(self) -> None:
        known = [bill("2025-12", 100), bill("2026-02", 100), bill("2026-01", 40)]
        assert [type(each) for each in outcomes(RULE, known)[-1]] == [Finding, Clearing]

    def test_gives_the_same_warnings_in_any_order(self) -> None:
        orders = list(permutations(bills(100, 100, 40, 100)))
        occasions = [[each.occasion for each in findings(RULE, order)] for order in orders]
        assert occasions == [["2026-02"]] * len(orders)


class TestAPartMonth:
    """A month in which the number was not in service throughout."""

    PART = structs.replace(bill("2026-03", 10), part_month=True)

    def test_is_no_drop(self) -> None:
        assert levels(RULE, [bill("2026-02", 100), self.PART]) == [None, None]

    def test_is_no_baseline(self) -> None:
        part = structs.replace(bill("2026-01", 1_000), part_month=True)
        assert levels(RULE, [part, bill("2026-02", 100), bill("2026-03", 71)]) == [None, None, None]

    def test_counts_where_policy_says_so(self) -> None:
        assert levels(RULE, [bill("2026-02", 100), self.PART], Limits(part_months_count=True)) == [None, ACT_NOW]


@pytest.mark.parametrize(("months", "level"), [(1, ACT_NOW), (2, ACT)])
def test_how_many_months_are_the_baseline_is_policy(months: int, level: Level) -> None:
    assert levels(RULE, bills(60, 100, 50), Limits(baseline_months=months))[-1] is level


def test_memory_holds_thirteen_months() -> None:
    memory = RULE.fresh
    for each in bills(*range(100, 130)):
        memory, _ = RULE.step(memory, Heard(each), RULE.limits)
    assert list(memory.bills) == [months_before("2026-03", back) for back in reversed(range(MONTHS_KEPT))]
