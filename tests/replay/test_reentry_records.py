"""Re-entry numbers in Reality Mining's call records: relabelled persons are found, and others are left alone."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bench.reentry.real import TUNED_ON, as_they_stand, read, split_dates, summed, weekly
from bench.reentry.splits import Call

pytestmark = pytest.mark.replay


@pytest.fixture(scope="module")
def calls(shared_data: Path) -> Sequence[Call]:
    """Return the answered calls of the study."""
    found = read(shared_data / "reality_mining")
    assert len(found) == 2_979
    return found


@pytest.fixture(scope="module")
def held_out(calls: Sequence[Call]) -> list[date]:
    """Return the dates on which no limit was chosen."""
    return [day for day in split_dates(calls) if day not in TUNED_ON]


@pytest.mark.parametrize(
    ("protocol", "precision_min", "recall_of_knowable_min"),
    [("everyone", 0.95, 0.75), ("a_quarter", 0.85, 0.7), ("a_few", 0.75, 0.7)],
)
def test_persons_under_new_numbers_are_found(
    calls: Sequence[Call], held_out: list[date], protocol: str, precision_min: float, recall_of_knowable_min: float
) -> None:
    told = summed(calls, held_out, protocol)
    assert told.quality.precision >= precision_min
    assert told.recall_of_knowable >= recall_of_knowable_min


def test_nobody_is_told_of_who_did_not_change_number(calls: Sequence[Call]) -> None:
    assert list(as_they_stand(calls)) == []


def test_a_few_who_change_number_are_found_by_looking_each_week(calls: Sequence[Call], held_out: list[date]) -> None:
    told = weekly(calls, held_out)
    assert told.precision >= 0.8
    assert told.right >= 0.9 * told.knowable > 0
