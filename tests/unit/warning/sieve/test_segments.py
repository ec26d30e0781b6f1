"""What is stored of a day comes back, in pieces of any size, in any process."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve import segments
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.columns import columns
from services.warning.domain.sieve.day import Day
from services.warning.domain.sieve.names import Names
from services.warning.domain.sieve.usage import usage_days
from shared.events.usage_day import UsageDay
from tests.unit.warning.sieve.cdrs import CDRS, cdr
from tests.unit.warning.sieve.test_columns import SIEVING

pytestmark = pytest.mark.unit

SOME = st.lists(CDRS, min_size=1, max_size=20)


def day(*batches: list[Cdr]) -> Day:
    """Return a day that counted all these CDRs in."""
    known = Day()
    for batch in batches:
        known.add(columns(batch, SIEVING))
    return known


def told(known: Day) -> list[UsageDay]:
    """Return what is told of the day."""
    return list(usage_days(20_000, known, known.numbers(), SIEVING))


def restored(stored: list[tuple[str, bytes]], known: Day | None = None) -> Day:
    """Return the day that segments come to, beside what is `known`."""
    found = known or Day()
    for kind, content in stored:
        segments.hold(found, kind, content)
    return found


@given(SOME, SOME)
def test_what_was_stored_at_each_checkpoint_adds_up_to_the_day(first: list[Cdr], second: list[Cdr]) -> None:
    known = day(first)
    stored = list(segments.segments(known, known.take_new()))
    known.add(columns(second, SIEVING))
    stored += segments.segments(known, known.take_new())
    assert told(restored(stored)) == told(known)
    assert list(segments.segments(known, known.take_new())) == []


@given(SOME, SOME)
def test_everything_stored_afresh_is_the_day_and_nothing_of_it_is_new(first: list[Cdr], second: list[Cdr]) -> None:
    known = day(first, second)
    stored = list(segments.segments(known, known.everything()))
    assert told(restored(stored)) == told(known)
    assert len(known.take_new().ids) == 0


def test_long_runs_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "ROWS_MAX", 2)
    known = day([cdr(number, msisdn=f"+861330000000{number}", cell=f"cell-{number}") for number in range(5)])
    stored = list(segments.segments(known, known.everything()))
    assert [kind for kind, _ in stored] == ["tally"] * 3 + ["cells"] * 3 + ["seen"] * 3
    assert told(restored(stored)) == told(known)


def test_cells_are_stored_by_name_and_come_back_beside_others() -> None:
    known, other = day([cdr(1, cell="a"), cdr(2, cell="b")]), day([cdr(3, cell="c"), cdr(4, cell="b")])
    stored = list(segments.segments(known, known.everything()))
    (usage,) = told(restored(stored, other))
    assert usage.cells == (("b", 2), ("a", 1), ("c", 1))


def test_numbers_are_stored_in_columns_of_little_endian_words() -> None:
    """They stand in checkpoints: a process on another machine must read the same."""
    content = segments.packed_numbers(np.array([1, 258], np.int64))
    assert msgspec.msgpack.decode(content) == [[["<i8", 0, b"\x01" + bytes(7) + b"\x02\x01" + bytes(6)]], []]
    assert segments.numbers_in(content).tolist() == [1, 258]


def test_a_segment_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="could not read a segment of kind verdict"):
        segments.hold(Day(), "verdict", segments.packed_numbers(np.array([1], np.int64)))


def test_names_have_places_in_the_order_in_which_they_came() -> None:
    names = Names()
    first: list[Any] = names.codes(["b", None, "a", "b"]).tolist()
    assert (first, names.codes(["c", "a"]).tolist(), names.listed()) == ([0, -1, 1, 0], [2, 1], ["b", "a", "c"])
