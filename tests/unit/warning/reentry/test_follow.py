"""Who calls the new number of somebody found calls the old one from then on."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest

from services.warning.domain.reentry.columns import NONE, People, people_of
from services.warning.domain.reentry.follow import followed
from services.warning.domain.reentry.profiles import Tie, Usage, profiles_of

pytestmark = pytest.mark.unit

DAY = date(2026, 3, 1)
CIRCLES: Mapping[str, Mapping[str, int]] = {
    "n1": {"n2": 3, "x": 1},
    "n2": {"n1": 2},
    "o1": {"o2": 4, "x": 5},
    "o2": {"o1": 1, "n1": 2, "y": 7},
    "o3": {"y": 1},
}


def people() -> People:
    """Return two new numbers and three old ones."""
    usages = [
        Usage(msisdn=who, day=DAY, circle={peer: Tie(calls, 0) for peer, calls in circle.items()})
        for who, circle in CIRCLES.items()
    ]
    known = profiles_of(usages, DAY, DAY)
    return people_of(known.only(["n1", "n2"]), known.only(["o1", "o2", "o3"]))


def circles(found: People) -> list[dict[str, float]]:
    """Return the circles by peer, new numbers first, and check that columns rise in each row."""
    told = []
    for columns in (found.both.new, found.both.old):
        for row in range(len(columns)):
            codes = list(columns.circle.row(row))
            assert codes == sorted(codes)
            told.append({found.peers[code]: calls for code, calls in columns.circle.row(row).items()})
    return told


def test_calls_to_both_add_up_and_everything_else_stays() -> None:
    moved = followed(people(), {0: 0})
    assert circles(moved) == [
        {"n2": 3, "x": 1},
        {"o1": 2},
        {"o2": 4, "x": 5},
        {"o1": 3, "y": 7},
        {"y": 1},
    ]
    assert moved.both.new.own[0] == NONE
    assert moved.peers[int(moved.both.old.own[0])] == "o1"


def test_nobody_who_moved_is_nobody_followed() -> None:
    before, after = people(), followed(people(), {})
    assert circles(after) == circles(before)
    assert np.array_equal(after.both.old.own, before.both.old.own)


def test_an_old_number_that_nobody_calls_any_more_is_known_by_the_new_ones_calls() -> None:
    before = people()
    assert before.both.old.own[2] == NONE
    after = followed(before, {1: 2})
    assert circles(after) == circles(before)
    assert after.both.old.own[2] == before.both.new.own[1] != NONE
    assert after.both.new.own[1] == NONE


def test_two_new_numbers_of_one_customer_both_become_the_old_one() -> None:
    after = followed(people(), {0: 0, 1: 0})
    assert circles(after)[0] == {"o1": 3, "x": 1}
    assert circles(after)[1] == {"o1": 2}
    assert after.both.new.own.tolist() == [NONE, NONE]
