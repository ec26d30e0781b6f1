"""Counters of one number add up, whatever order its rows come in."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve.tally import COUNTERS, EMPTY, Tally, joined, new_runs, summed

pytestmark = pytest.mark.unit

NUMBERS = st.sampled_from([8613300000001, 8618900000002, 14155550111])
COUNTED = st.integers(0, 10**12).map(lambda first: [first + place for place in range(8)])
ROWS = st.lists(st.tuples(NUMBERS, COUNTED), max_size=12)
Rows = list[tuple[int, list[int]]]


def tally(rows: Rows) -> Tally:
    """Return the tally of rows."""
    counters = np.array([counted for _, counted in rows], np.int64).reshape(len(rows), len(COUNTERS))
    return summed(np.array([number for number, _ in rows], np.int64), counters)


def plainly(rows: Rows) -> dict[int, list[int]]:
    """Add up rows in dictionaries."""
    sums: dict[int, Counter[int]] = {}
    for number, counted in rows:
        sums.setdefault(number, Counter()).update(dict(enumerate(counted)))
    return {number: [sums[number][place] for place in range(len(COUNTERS))] for number in sorted(sums)}


def shown(tally: Tally) -> dict[int, list[int]]:
    """Return a tally as a dictionary, in its order."""
    return dict(zip(tally.numbers.tolist(), tally.counters.tolist(), strict=True))


@given(ROWS)
def test_a_tally_is_the_sum_of_its_rows_numbers_rising(rows: Rows) -> None:
    assert list(shown(tally(rows)).items()) == list(plainly(rows).items())


@given(ROWS, ROWS)
def test_two_joined_are_the_sum_of_both(one: Rows, other: Rows) -> None:
    assert shown(joined(tally(one), tally(other))) == plainly(one + other)


@given(st.lists(ROWS.filter(len), max_size=8))
def test_runs_of_tallies_are_the_sum_of_all(batches: list[Rows]) -> None:
    runs = new_runs()
    for batch in batches:
        runs.add(tally(batch))
    assert shown(runs.one(EMPTY)) == plainly([row for batch in batches for row in batch])


@given(ROWS)
def test_what_was_stored_comes_back(rows: Rows) -> None:
    assert shown(Tally.from_bytes(tally(rows).to_bytes())) == plainly(rows)


def test_rows_are_stored_as_little_endian_words() -> None:
    stored = tally([(1, [2, 3, 4, 5, 6, 7, 8, 9])]).to_bytes()
    assert stored == b"".join(number.to_bytes(8, "little") for number in range(1, 10))


def test_a_part_of_a_tally_is_its_rows() -> None:
    whole = tally([(number, [number] * 8) for number in range(5)])
    assert shown(whole[1:3]) == {1: [1] * 8, 2: [2] * 8}
    assert (len(whole), len(whole[1:3]), len(EMPTY)) == (5, 2, 0)
