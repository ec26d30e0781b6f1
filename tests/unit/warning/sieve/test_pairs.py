"""Weights of one pair add up, whatever order its rows come in, and whoever shares its bits."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve.day import NO_PEERS
from services.warning.domain.sieve.pairs import Pairs, heaviest, new_runs, summed, together

pytestmark = pytest.mark.unit

LONGEST = 10**15 - 1
"""Fifteen digits."""
NUMBERS = st.sampled_from([1_415_555, 8613300000001, LONGEST - 1, LONGEST])
OTHERS = st.one_of(st.integers(1, 4), st.integers(1, LONGEST))
ROWS = st.lists(st.tuples(NUMBERS, OTHERS, st.integers(0, 10**10)), max_size=20)
Rows = list[tuple[int, int, int]]


def pairs(rows: Rows) -> Pairs:
    """Return the pairs of rows: a number, another one, seconds."""
    columns = np.array(rows, np.int64).reshape(len(rows), 3)
    weights = np.column_stack((np.ones(len(rows), np.int64), columns[:, 2]))
    return summed(Pairs(columns[:, 0], columns[:, 1], weights))


def shown(found: Pairs) -> dict[tuple[int, int], list[int]]:
    """Return the weights of each pair, which is there once."""
    keys = list(zip(found.numbers.tolist(), found.others.tolist(), strict=True))
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, found.weights.tolist(), strict=True))


def plainly(rows: Rows) -> dict[tuple[int, int], list[int]]:
    """Add up rows in dictionaries."""
    calls, seconds = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for number, other, talked in rows:
        calls[number, other] += 1
        seconds[number, other] += talked
    return {pair: [calls[pair], seconds[pair]] for pair in calls}


def alike(count: int) -> list[int]:
    """Return numbers that share the bits by which a number's pairs are told apart."""
    drawn = np.arange(1, 200_000, dtype=np.uint64)
    bits = (drawn * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(50)
    found: list[int] = drawn[bits == bits[0]][:count].tolist()
    return found


@given(ROWS)
def test_pairs_are_the_sums_of_their_rows_numbers_rising(rows: Rows) -> None:
    found = pairs(rows)
    assert shown(found) == plainly(rows)
    assert found.numbers.tolist() == sorted(found.numbers.tolist())


@given(st.lists(ROWS, max_size=6))
def test_runs_of_pairs_are_the_sum_of_all(batches: list[Rows]) -> None:
    runs = new_runs(NO_PEERS)
    for batch in filter(None, batches):
        runs.add(pairs(batch))
    assert shown(runs.one(NO_PEERS)) == plainly([row for batch in batches for row in batch])


@given(
    st.lists(st.tuples(st.sampled_from([7, 8]), st.sampled_from(alike(4)), st.integers(0, 9)), max_size=30), st.data()
)
def test_others_that_share_their_bits_stay_apart(rows: Rows, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    assert len(alike(4)) == 4
    assert shown(together([pairs(rows[:cut]), pairs(rows[cut:])], NO_PEERS)) == plainly(rows)


@given(ROWS, st.sets(NUMBERS))
def test_the_rows_of_some_numbers_are_theirs(rows: Rows, wanted: set[int]) -> None:
    found = pairs(rows).of(np.array(sorted(wanted), np.int64))
    assert shown(found) == {pair: told for pair, told in plainly(rows).items() if pair[0] in wanted}


@given(ROWS, st.integers(1, 3))
def test_the_heaviest_are_those_of_most_calls_then_seconds_then_the_lower_number(rows: Rows, count: int) -> None:
    found = pairs(rows)
    told = heaviest(found, found.others.astype(np.int64), count)
    expected = []
    for number in sorted({number for number, _, _ in rows}):
        mine = [(other, weights) for (whose, other), weights in plainly(rows).items() if whose == number]
        mine.sort(key=lambda each: (-each[1][0], -each[1][1], each[0]))
        expected += [(number, other) for other, _ in mine[:count]]
    assert list(zip(told.numbers.tolist(), told.others.tolist(), strict=True)) == expected


def test_no_pairs_are_none() -> None:
    assert shown(together([], NO_PEERS)) == {}
    assert len(heaviest(NO_PEERS, np.empty(0, np.int64), 3)) == 0
    assert (pairs([(1, 2, 3)]).nbytes, pairs([(1, 2, 70_000)]).nbytes) == (20, 24)
