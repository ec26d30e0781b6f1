"""Luck follows from a seed and a name: fair, and the same each time it is asked."""

from collections import Counter

import pytest

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.names import GIVEN, SURNAMES, person_name

pytestmark = pytest.mark.unit

MANY = range(5_000)


def test_the_same_name_draws_the_same_and_another_draws_another() -> None:
    assert luck.draw(7, "plan", 3) == luck.draw(7, "plan", 3) == pytest.approx(0.0, abs=1)
    others = {luck.draw(7, "plan", 3), luck.draw(8, "plan", 3), luck.draw(7, "plan", 4), luck.draw(7, "name", 3)}
    assert len(others) == 4


def test_draws_are_spread_from_0_up_to_1() -> None:
    drawn = [luck.draw(7, number) for number in MANY]
    assert 0 <= min(drawn) < 0.01 < 0.99 < max(drawn) < 1
    tenths = Counter(int(each * 10) for each in drawn)
    assert all(400 < tenths[tenth] < 600 for tenth in range(10))


def test_choices_follow_their_weights() -> None:
    drawn = Counter(luck.weighted([("a", 3.0), ("b", 1.0), ("never", 0.0)], 7, number) for number in MANY)
    assert drawn["a"] / len(MANY) == pytest.approx(0.75, abs=0.03)
    assert drawn["never"] == 0


def test_choices_and_numbers_lie_within_their_bounds() -> None:
    assert {luck.choose("abc", 7, number) for number in MANY} == set("abc")
    assert {luck.between(2, 4, 7, number) for number in MANY} == {2, 3, 4}


def test_names_are_invented_from_all_that_can_be_made() -> None:
    names = {person_name(each / 1_000) for each in range(1_000)}
    assert len(names) == len(SURNAMES) * len(GIVEN) > 400
    assert all(name[0] in SURNAMES and name[1] in GIVEN for name in names)
    assert person_name(0.0) != person_name(1 - 1e-9)
