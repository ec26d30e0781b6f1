"""Counters of one number add up, whatever order its rows come in; of its handsets the last one seen stays."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve.tally import COUNTS, EMPTY, Tally, new_runs, summed, together

pytestmark = pytest.mark.unit

NUMBERS = st.sampled_from([8613300000001, 8618900000002, 14155550111])
COUNTED = st.one_of(st.integers(0, 1_000), st.integers(0, 10**12)).map(
    lambda first: [first + place for place in range(9)]
)
SEEN = st.one_of(st.just((0, 0)), st.tuples(st.integers(1, 3), st.integers(1, 3)))
ROWS = st.lists(st.tuples(NUMBERS, COUNTED, SEEN), max_size=12)
Rows = list[tuple[int, list[int], tuple[int, int]]]


def tally(rows: Rows) -> Tally:
    """Return the tally of rows: number, counters with bytes last, when which handset was seen."""
    counted = np.array([each for _, each, _ in rows], np.int64).reshape(len(rows), len(COUNTS) + 1)
    seen = np.array([each for _, _, each in rows], np.int64).reshape(len(rows), 2)
    numbers = np.array([number for number, _, _ in rows], np.int64)
    return summed(Tally(numbers, counted[:, :-1], counted[:, -1], seen[:, 1], seen[:, 0].astype(np.uint32)))


def plainly(rows: Rows) -> Rows:
    """Add up rows in dictionaries."""
    sums: dict[int, Counter[int]] = {}
    handsets: dict[int, tuple[int, int]] = {}
    for number, counted, seen in rows:
        sums.setdefault(number, Counter()).update(dict(enumerate(counted)))
        handsets[number] = max(seen, handsets.get(number, (0, 0)))
    return [(number, [sums[number][place] for place in range(9)], handsets[number]) for number in sorted(sums)]


def shown(tally: Tally) -> Rows:
    """Return a tally's rows, in their order."""
    counted = np.column_stack((tally.counts, tally.bytes)).astype(np.int64).tolist()
    seen = zip(tally.seen_s.tolist(), tally.handsets.tolist(), strict=True)
    return list(zip(tally.numbers.tolist(), counted, seen, strict=True))


@given(ROWS)
def test_a_tally_is_the_sum_of_its_rows_numbers_rising(rows: Rows) -> None:
    assert shown(tally(rows)) == plainly(rows)


@given(st.lists(ROWS, max_size=4))
def test_tallies_together_are_the_sum_of_all(batches: list[Rows]) -> None:
    assert shown(together([tally(rows) for rows in batches])) == plainly([row for rows in batches for row in rows])


@given(st.lists(ROWS.filter(len), max_size=8))
def test_runs_of_tallies_are_the_sum_of_all(batches: list[Rows]) -> None:
    runs = new_runs()
    for batch in batches:
        runs.add(tally(batch))
    assert shown(runs.one(EMPTY)) == plainly([row for batch in batches for row in batch])


@given(ROWS, st.sets(NUMBERS))
def test_the_rows_of_some_numbers_are_theirs(rows: Rows, wanted: set[int]) -> None:
    found = tally(rows).of(np.array(sorted(wanted), np.int64))
    assert shown(found) == [row for row in plainly(rows) if row[0] in wanted]


@pytest.mark.parametrize(("bits", "row"), [(16, 44), (32, 60), (40, 92)])
def test_counters_take_as_little_space_as_the_greatest_allows(bits: int, row: int) -> None:
    most = 2**bits - 1
    whole = tally([(1, [most] * 9, (0, 0)), (2, [1] * 9, (0, 0))])
    assert whole.nbytes == 2 * row
    together_ = together([whole, tally([(2, [most] * 9, (0, 0))])])
    assert shown(together_) == [(1, [most] * 9, (0, 0)), (2, [most + 1] * 9, (0, 0))]


def test_a_part_of_a_tally_is_its_rows() -> None:
    whole = tally([(number, [number] * 9, (0, 0)) for number in range(5)])
    assert shown(whole[1:3]) == [(1, [1] * 9, (0, 0)), (2, [2] * 9, (0, 0))]
    assert (len(whole), len(whole[1:3]), len(EMPTY)) == (5, 2, 0)
