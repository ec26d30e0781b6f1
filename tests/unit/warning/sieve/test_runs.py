"""Runs stay few and lose nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve.runs import Runs

pytestmark = pytest.mark.unit

BATCHES = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=9).map(sorted), max_size=40)


def filled(batches: list[list[int]]) -> Runs[list[int]]:
    """Return runs of sorted numbers, to which these batches were added."""
    runs: Runs[list[int]] = Runs(lambda one, other: sorted(one + other), len)
    for batch in batches:
        runs.add(batch)
    return runs


@given(BATCHES)
def test_nothing_is_lost_or_doubled(batches: list[list[int]]) -> None:
    everything = sorted(number for batch in batches for number in batch)
    assert filled(batches).one([]) == everything
    assert len(filled(batches)) == len(everything)
    assert sorted(number for run in filled(batches) for number in run) == everything


@given(BATCHES)
def test_each_run_is_more_than_twice_the_next_so_that_they_stay_few(batches: list[list[int]]) -> None:
    sizes = [len(run) for run in filled(batches)]
    assert all(size > 2 * following for size, following in pairwise(sizes))


@given(BATCHES)
def test_made_one_they_go_on_as_before(batches: list[list[int]]) -> None:
    runs = filled(batches)
    before = runs.one([])
    runs.add([50])
    assert runs.one([]) == sorted([*before, 50])


def test_no_runs_are_whatever_is_empty() -> None:
    empty: list[int] = []
    assert filled([]).one(empty) is empty
    assert len(filled([])) == 0
