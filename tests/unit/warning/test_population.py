"""The target population (W17): the important, who spent 1,200 yuan in the year, who spend 100 in a month."""

import pytest

from services.warning.domain.population import Target, population_of
from shared.events.warning_raised import Population
from tests.support.builders import at
from tests.unit.warning.holders import HOLDER, holder, profile

pytestmark = pytest.mark.unit

MARCH = at("2026-03-05 12:00")


@pytest.mark.parametrize(
    ("yuan", "belongs"),
    [
        pytest.param([100] * 12, "yearly_spend", id="exactly 1,200 in the year"),
        pytest.param([*[99] * 9, 100, 100, 108.99], "potential", id="a fen below 1,200, and above 100 a month"),
        pytest.param([*[109] * 9, 73, 73, 72.99], None, id="a fen below both"),
        pytest.param([*[110] * 9, 70, 70, 70], "yearly_spend", id="1,200 in the year and little of late"),
        pytest.param([100], "potential", id="exactly 100 in the only month"),
        pytest.param([99.99], None, id="a fen below 100 in the only month"),
        pytest.param([100, 100, 100], "potential", id="exactly 100 a month"),
        pytest.param([100, 100, 99.99], None, id="a fen below 100 a month"),
        pytest.param([1_200], "yearly_spend", id="1,200 in one month"),
        pytest.param([], None, id="nothing billed yet"),
    ],
)
def test_both_boundaries_belong(yuan: list[float], belongs: Population | None) -> None:
    assert population_of(HOLDER, profile(*yuan), MARCH, Target()) == belongs


def test_the_important_belong_whatever_they_spend() -> None:
    for bills in (profile(), profile(1), profile(*[500] * 12)):
        assert population_of(holder(important="press"), bills, MARCH, Target()) == "important"


def test_stars_alone_do_not_belong() -> None:
    assert population_of(holder(stars=7), profile(1), MARCH, Target()) is None


def test_the_boundaries_are_policy() -> None:
    target = Target(year_spend_min_fen=50_000, arpu_min_fen=5_000)
    assert population_of(HOLDER, profile(50), MARCH, target) == "potential"
    assert population_of(HOLDER, profile(49, 451), MARCH, target) == "yearly_spend"


def test_who_has_left_before_belongs_no_more() -> None:
    left = holder(important="press", ended_at=at("2026-03-01 10:00"))
    assert population_of(left, profile(500), MARCH, Target()) is None
    assert population_of(left, profile(500), at("2026-03-01 10:00"), Target()) == "important"
