"""Records are decided in unbroken runs: a jump in the offsets begins a new one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.arrival import Record
from shared.runner import runs

pytestmark = pytest.mark.unit


def records(*offsets: int) -> list[Record]:
    """Return records at `offsets`."""
    return [Record("t.f.v1", 0, offset, None, None, None, 0) for offset in offsets]


def cut(*offsets: int) -> list[list[int]]:
    """Return the offsets of each run."""
    return [[record.offset for record in run] for run in runs(records(*offsets))]


def test_unbroken_records_are_one_run() -> None:
    assert cut(5, 6, 7) == [[5, 6, 7]]


def test_a_gap_begins_a_new_run() -> None:
    assert cut(1, 2, 5, 6, 9) == [[1, 2], [5, 6], [9]]


def test_a_step_back_begins_a_new_run() -> None:
    assert cut(4, 5, 4, 5, 6) == [[4, 5], [4, 5, 6]]


def test_nothing_is_no_run() -> None:
    assert cut() == []


@given(st.lists(st.integers(0, 30), max_size=30))
def test_no_record_is_lost_moved_or_doubled(offsets: list[int]) -> None:
    found = cut(*offsets)
    assert [offset for run in found for offset in run] == offsets
    assert all(run == list(range(run[0], run[0] + len(run))) for run in found)
    assert all(before[-1] + 1 != after[0] for before, after in pairwise(found))
