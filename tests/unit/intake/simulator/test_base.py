"""The base looks like a real one: most below 100 yuan a month, about one in twenty at 200 and more."""

from collections import Counter
from datetime import date

import pytest

from services.intake.domain.simulator.base import bill_lines, subscriber
from services.intake.domain.simulator.regions import ALL, CITIES, COUNTIES, PROVINCE
from services.warning.domain.operators import operator_of
from shared.region import path_of, within

pytestmark = pytest.mark.unit

FIRST_DAY = date(2026, 1, 1)
BASE = [subscriber(7, index, FIRST_DAY) for index in range(4_000)]


def arpu_yuan(months: tuple[str, ...] = ("2025-10", "2025-11", "2025-12")) -> list[float]:
    """Return what each subscriber is billed in a month, on the mean."""
    return [sum(bill_lines(7, who, month, 1.0).total_fen for month in months) / len(months) / 100 for who in BASE]


def test_most_pay_less_than_100_yuan_and_one_in_twenty_200_and_more() -> None:
    spend = arpu_yuan()
    assert 0.6 < sum(each < 100 for each in spend) / len(spend) < 0.85
    assert 0.03 < sum(each >= 200 for each in spend) / len(spend) < 0.08
    assert min(spend) > 0


def test_numbers_are_ours_and_nobody_shares_one() -> None:
    numbers = [who.msisdn for who in BASE]
    assert len(set(numbers)) == len(numbers)
    assert {operator_of(number, {}) for number in numbers} == {"china_telecom"}
    assert len({who.customer_id for who in BASE}) == len({who.subscription_id for who in BASE}) == len(BASE)


def test_everybody_has_held_their_number_for_a_year_and_more() -> None:
    assert all((FIRST_DAY - who.activated_at.date()).days >= 400 for who in BASE)


def test_brands_levels_dealers_and_importance_are_mixed() -> None:
    assert 0.01 < sum(who.important is not None for who in BASE) / len(BASE) < 0.03
    assert 0.4 < sum(who.agent_id is not None for who in BASE) / len(BASE) < 0.6
    assert {who.member_level for who in BASE} == {"diamond", "gold", "silver", "ordinary", None}
    assert len({who.plan.id for who in BASE}) == 6
    assert {who.sex for who in BASE} == {"female", "male"}
    assert 0 <= min(who.stars for who in BASE) <= max(who.stars for who in BASE) <= 7


def test_everybody_lives_in_a_county_and_every_county_is_lived_in() -> None:
    lived_in = Counter(who.county for who in BASE)
    assert set(lived_in) == {county.adcode for county in COUNTIES}
    assert min(lived_in.values()) > len(BASE) / len(COUNTIES) / 2


def test_the_tree_hangs_together_by_its_adcodes() -> None:
    assert len({division.adcode for division in ALL}) == len(ALL)
    for county in COUNTIES:
        (city,) = (city for city in CITIES if within(county.path, city.path))
        assert county.path == f"{PROVINCE.adcode}.{city.adcode}.{county.adcode}" == path_of(county.adcode)
    assert all(city.path == f"{PROVINCE.adcode}.{city.adcode}" for city in CITIES)
    assert all(division.name_zh and division.name_en for division in ALL)


def test_somebody_does_not_change_when_the_base_grows_or_others_are_asked_first() -> None:
    before = subscriber(7, 5, FIRST_DAY)
    subscriber.cache_clear()
    for index in (9_999, 0):
        subscriber(7, index, FIRST_DAY)
    assert subscriber(7, 5, FIRST_DAY) == before != subscriber(8, 5, FIRST_DAY)
