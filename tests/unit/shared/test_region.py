"""A path of adcodes says who lies within whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.region import COUNTY, adcode_of, path_of, widened, within

pytestmark = pytest.mark.unit

PROVINCE, CITY, COUNTY_PATH = "150000", "150000.150100", "150000.150100.150102"


@pytest.mark.parametrize(("adcode", "path"), [("150000", PROVINCE), ("150100", CITY), ("150102", COUNTY_PATH)])
def test_an_adcode_carries_its_parents(adcode: str, path: str) -> None:
    assert path_of(adcode) == path
    assert adcode_of(path) == adcode


def test_a_path_widens_to_its_city_and_province() -> None:
    assert [widened(COUNTY_PATH, depth) for depth in (COUNTY, 2, 1)] == [COUNTY_PATH, CITY, PROVINCE]


@pytest.mark.parametrize(
    ("path", "scope", "inside"),
    [
        (COUNTY_PATH, COUNTY_PATH, True),
        (COUNTY_PATH, CITY, True),
        (COUNTY_PATH, PROVINCE, True),
        (CITY, COUNTY_PATH, False),
        (PROVINCE, CITY, False),
        (COUNTY_PATH, "150000.150200", False),
        (COUNTY_PATH, "150000.15010", False),
        ("150000.1501001", CITY, False),
    ],
)
def test_a_path_is_within_itself_and_what_lies_above(path: str, scope: str, inside: bool) -> None:
    assert within(path, scope) is inside


@given(st.integers(10, 99), st.integers(1, 99), st.integers(1, 99))
def test_a_county_is_within_all_its_widenings(province: int, city: int, county: int) -> None:
    path = path_of(f"{province}{city:02d}{county:02d}")
    assert path.count(".") == 2
    assert all(within(path, widened(path, depth)) for depth in (1, 2, 3))
