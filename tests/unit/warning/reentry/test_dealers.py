"""Numbers begun in bulk are told by window, by place and by what is usual there."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.reentry.columns import Columns
from services.warning.domain.reentry.dealers import Bulk, in_cells, on_handsets, with_agents
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.sparse import sparse

pytestmark = pytest.mark.unit

Number = tuple[int, int, int]
"""Day of beginning, code of the place, peers."""


def columns(*numbers: Number) -> Columns:
    """Return new numbers whose handset, cell and agent have the same code."""
    places = [[(place, 1.0)] for _, place, _ in numbers]
    return Columns(
        circle=sparse([[(peer, 1.0) for peer in range(peers)] for _, _, peers in numbers]),
        cells=sparse(places),
        handsets=sparse(places),
        identities=sparse([[] for _ in numbers]),
        own=np.full(len(numbers), -1, np.int32),
        agent=np.array([place for _, place, _ in numbers], np.int32),
        first=np.array([day for day, _, _ in numbers], np.int16),
        active=np.ones(len(numbers), np.uint64),
        suspended=np.zeros(len(numbers), np.bool_),
    )


def test_five_on_one_handset_within_a_week_are_a_pattern() -> None:
    together = on_handsets(columns(*((day, 3, 9) for day in (0, 1, 2, 3, 6)), (0, 4, 9)), Limits())
    assert together.together.tolist() == [5, 5, 5, 5, 5, 0]
    assert together.group.tolist() == [3, 3, 3, 3, 3, -1]


def test_five_over_more_than_a_week_are_none() -> None:
    assert not on_handsets(columns(*((day, 3, 9) for day in (0, 1, 2, 3, 7))), Limits()).together.any()


def test_windows_that_overlap_are_one_run() -> None:
    found = on_handsets(columns(*((day, 3, 9) for day in range(12))), Limits())
    assert found.together.tolist() == [12] * 12


def test_runs_weeks_apart_are_not_added_up() -> None:
    found = on_handsets(columns(*((day, 3, 9) for start in (0, 30) for day in range(start, start + 5))), Limits())
    assert found.together.tolist() == [5] * 10


@pytest.mark.parametrize("look", [in_cells, with_agents])
def test_in_a_place_only_thin_numbers_count_and_many_times_what_is_usual(
    look: Callable[[Columns, int, Limits], Bulk],
) -> None:
    usual = [(0, place, 1) for place in range(20)]
    dealt = [(day % 7, 50, 2) for day in range(12)]
    customers = [(0, 50, 9)] * 3
    found = look(columns(*usual, *dealt, *customers), 51, Limits())
    assert found.together.tolist() == [0] * 20 + [12] * 12 + [0] * 3
    assert found.usual == 0.0


def test_where_many_are_usual_a_dozen_is_nothing() -> None:
    busy = [(0, place, 1) for place in range(40) for _ in range(4)]
    found = in_cells(columns(*busy, *((0, 50, 1) for _ in range(12))), 51, Limits())
    assert found.usual == 4.0
    assert not found.together.any()


def test_of_no_number_nothing_is_told() -> None:
    assert on_handsets(columns(), Limits()).together.tolist() == []
    for look in (in_cells, with_agents):
        assert look(columns(), 0, Limits()).together.tolist() == []


@given(st.lists(st.tuples(st.integers(-400, 63), st.integers(0, 3), st.just(1)), max_size=40))
def test_what_is_told_is_what_counting_each_window_tells(numbers: list[Number]) -> None:
    limits = Limits()
    told = on_handsets(columns(*numbers), limits).together > 0
    expected = [
        any(
            start <= day < start + limits.dealer_days
            and sum(other == place and start <= when < start + limits.dealer_days for when, other, _ in numbers)
            >= limits.dealer_handset_numbers_min
            for start, at, _ in numbers
            if at == place
        )
        for day, place, _ in numbers
    ]
    assert told.tolist() == expected
