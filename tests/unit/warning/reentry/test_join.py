"""The inverted index finds what trying all pairs finds, and no block boundary shows."""

from collections.abc import Mapping
from math import log, log1p, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.reentry import search as looking
from services.warning.domain.reentry.columns import Both, people_of
from services.warning.domain.reentry.join import pairs, postings
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.search import search
from services.warning.domain.reentry.sparse import Sparse, spans, sparse
from services.warning.domain.reentry.weights import surprise, unit
from tests.unit.warning.reentry.town import AFTER, both, circle_of, town, uses

pytestmark = pytest.mark.unit

COLUMNS, DOUBT = 12, 10.0
Circle = Mapping[int, int]
circles = st.lists(st.dictionaries(st.integers(0, COLUMNS - 1), st.integers(1, 30), max_size=5), max_size=6)


def rows(told: list[dict[int, int]]) -> Sparse:
    return sparse([sorted(each.items()) for each in told])


def by_trying_all(
    new: list[dict[int, int]], old: list[dict[int, int]]
) -> dict[tuple[int, int], tuple[float, int, float]]:
    """Return cosine, shared peers and strength of each pair that shares a peer that says anything."""
    everyone = [*new, *old]
    nats = {
        peer: log(max(len(everyone), 1) / max(sum(peer in each for each in everyone), 1)) for peer in range(COLUMNS)
    }

    def length(circle: Circle) -> float:
        return sqrt(sum((log1p(calls) * nats[peer]) ** 2 for peer, calls in circle.items()) + DOUBT)

    told = {}
    for i, one in enumerate(new):
        for j, other in enumerate(old):
            common = [peer for peer in one.keys() & other.keys() if nats[peer] > 0]
            dot = sum(log1p(one[peer]) * log1p(other[peer]) * nats[peer] ** 2 for peer in common)
            if common:
                told[i, j] = dot / length(one) / length(other), len(common), sum(nats[peer] for peer in common)
    return told


@given(circles, circles)
def test_the_index_finds_what_trying_all_finds(new: list[dict[int, int]], old: list[dict[int, int]]) -> None:
    nats = surprise(rows(new), rows(old), COLUMNS, None)
    none = sparse([[] for _ in new]), sparse([[] for _ in old])
    empty = postings(none[0], np.zeros(1))
    index = postings(unit(rows(new), nats, DOUBT), nats), empty, empty
    found = pairs(index, (unit(rows(old), nats, DOUBT), none[1], none[1]))
    expected = by_trying_all(new, old)
    assert {(int(each["new"]), int(each["old"])) for each in found} == expected.keys()
    for each in found:
        told = (each["circle"], each["shared"], each["strength"])
        assert told == pytest.approx(expected[int(each["new"]), int(each["old"])], abs=1e-5)


def test_what_too_many_share_nominates_nobody() -> None:
    everyone = rows([{0: 1, 1: 1}, {0: 1}, {0: 1}])
    assert surprise(everyone, everyone, 2, 5).tolist() == [0.0, log(3)]


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 400))
def test_no_block_boundary_shows(block_ties: int) -> None:
    columns = _town()
    whole, count = search(columns, Limits(), 10**6)
    parts, again = search(columns, Limits(), block_ties)
    assert count == again
    assert np.array_equal(np.sort(whole, order=["new", "old"]), np.sort(parts, order=["new", "old"]))


def test_what_is_passed_over_as_hopeless_would_not_have_mattered(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, _ = search(_town(), Limits())
    monkeypatch.setattr(looking, "_hopeful", lambda found, _: np.ones(len(found), np.bool_))
    assert np.array_equal(search(_town(), Limits())[0], kept)


def _town() -> Both:
    new = {f"+8619910000{place:03d}": place for place in range(5)}
    usages = town(40, range(5)) + [use for who, place in new.items() for use in uses(who, circle_of(place), AFTER)]
    return people_of(*both(usages, new)).both


def test_spans_stand_one_after_the_other() -> None:
    assert spans(np.array([5, 9, 20]), np.array([2, 0, 3])).tolist() == [5, 6, 20, 21, 22]
