"""ARPU and the year's spend are what was billed for months before the fact's own; nothing is guessed."""

from collections.abc import Iterable
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.warning.domain.subscriber import MONTHS_KEPT, Profile, arpu, billed, latest_lines, year_spend_fen
from shared.calendar import months_before
from shared.events.bill_issued import BillIssued, BillLines
from tests.support.builders import at, bill
from tests.unit.warning.holders import profile

pytestmark = pytest.mark.unit

MARCH = at("2026-03-01 00:00")


@pytest.mark.parametrize(
    ("yuan", "expected"),
    [
        ((), (None, 0)),
        ((100,), (10_000, 1)),
        ((100, 50), (7_500, 2)),
        ((999, 100, 50, 30), (6_000, 3)),
        ((0,), (0, 1)),
        ((0.01, 0.02), (1, 2)),
    ],
)
def test_arpu_is_the_mean_of_up_to_three_billed_months(
    yuan: tuple[float, ...], expected: tuple[int | None, int]
) -> None:
    assert arpu(profile(*yuan), MARCH) == expected


def test_the_month_of_the_fact_itself_does_not_count() -> None:
    bills = profile(100, 200, last="2026-03")
    assert arpu(bills, at("2026-03-31 23:59")) == (10_000, 1)
    assert arpu(bills, at("2026-04-01 00:00")) == (15_000, 2)
    assert year_spend_fen(bills, at("2026-03-31 23:59")) == 10_000


def test_the_years_spend_is_that_of_the_twelve_months_before() -> None:
    assert year_spend_fen(profile(*[100] * 12), MARCH) == 120_000
    assert year_spend_fen(profile(500, *[100] * 12), MARCH) == 120_000
    assert year_spend_fen(profile(), MARCH) == 0


def test_a_bill_is_remembered_and_a_newer_version_counts_instead() -> None:
    once = billed(Profile(), bill("2026-02", 100))
    corrected = billed(once, bill("2026-02", 70, version=2))
    assert [each.bills["2026-02"].amount_fen for each in (once, corrected)] == [10_000, 7_000]
    assert billed(corrected, bill("2026-02", 100)) is corrected
    assert billed(corrected, bill("2026-02", 10, version=2)) is corrected


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 3)), max_size=30))
def test_bills_are_remembered_the_same_in_any_order(told: list[tuple[int, int]]) -> None:
    """Of twenty months the last thirteen are kept, each in its newest version."""
    bills = [bill(months_before("2026-03", back), version, version=version) for back, version in told]
    newest: dict[str, int] = {}
    for each in bills:
        newest[each.month] = max(newest.get(each.month, 0), each.version)
    expected = {month: newest[month] for month in sorted(newest)[-MONTHS_KEPT:]}
    assert remembered(bills) == remembered(reversed(bills)) == expected


def remembered(bills: Iterable[BillIssued]) -> dict[str, int]:
    """Return the version that is known of each month's bill."""
    memory = reduce(billed, bills, Profile())
    return {month: kept.version for month, kept in memory.bills.items()}


def test_the_latest_lines_are_those_of_the_last_month() -> None:
    first = structs.replace(bill("2026-01", 1), lines=BillLines(messages=1))
    second = structs.replace(bill("2026-02", 1), lines=BillLines(messages=2))
    assert latest_lines(billed(billed(Profile(), second), first)) == BillLines(messages=2)
    assert latest_lines(Profile()) is None
