"""What is not clearly best is rejected, from either side."""

from typing import Any

import numpy as np
import pytest

from services.warning.domain.reentry.choose import choose
from services.warning.domain.reentry.join import PAIR, Pairs
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.relation import Relation

pytestmark = pytest.mark.unit


def found(*told: tuple[int, int, float], **more: Any) -> Pairs:
    """Return pairs (new, old, standing) that say enough."""
    pairs = np.zeros(len(told), PAIR)
    pairs["new"], pairs["old"], pairs["standing"] = (np.array(each) for each in zip(*told, strict=True))
    pairs["shared"], pairs["handset"] = more.get("shared", 4), more.get("handset", False)
    pairs["strength"], pairs["rivals"] = more.get("strength", 20.0), more.get("rivals", 10)
    return pairs


def chosen(pairs: Pairs) -> list[tuple[int, int]]:
    """Return who was chosen for whom."""
    return [(int(each["new"]), int(each["old"])) for each in choose(pairs, Limits()).pairs]


def test_the_best_is_chosen_where_it_is_clearly_better() -> None:
    assert chosen(found((0, 3, 0.7), (0, 1, 0.9), (1, 2, 0.6))) == [(0, 1), (1, 2)]
    assert choose(found((0, 3, 0.7), (0, 1, 0.9)), Limits()).second.tolist() == [0.7]


def test_two_alike_are_rejected() -> None:
    assert chosen(found((0, 1, 0.9), (0, 3, 0.85))) == []


@pytest.mark.parametrize(("standing", "expected"), [(0.5, [(0, 1)]), (0.499, [])])
def test_the_operating_point_belongs_to_it(standing: float, expected: list[tuple[int, int]]) -> None:
    assert chosen(found((0, 1, standing))) == expected


def test_what_chance_would_find_among_so_many_is_no_match() -> None:
    assert chosen(found((0, 1, 0.9), strength=9.0, rivals=1_000)) == [(0, 1)]
    assert chosen(found((0, 1, 0.9), strength=9.0, rivals=2_000)) == []


def test_one_peer_in_common_is_no_match_unless_something_else_is_the_same() -> None:
    assert chosen(found((0, 1, 0.9), shared=1)) == []
    assert chosen(found((0, 1, 0.9), shared=2)) == [(0, 1)]
    assert chosen(found((0, 1, 0.9), shared=1, handset=True)) == [(0, 1)]


def test_a_second_number_needs_three() -> None:
    alive = found((0, 1, 0.9), shared=2)
    alive["relation"] = Relation.ALIVE
    assert chosen(alive) == []
    alive["shared"] = 3
    assert chosen(alive) == [(0, 1)]


def test_an_old_number_stays_with_the_new_ones_that_are_most_like_it() -> None:
    assert chosen(found((0, 1, 0.9), (1, 1, 0.88), (2, 1, 0.7))) == [(0, 1), (1, 1)]


def test_of_nothing_nothing_is_chosen() -> None:
    assert chosen(np.zeros(0, PAIR)) == []
