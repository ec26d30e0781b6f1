"""What is read at one go stays small: functions of 40 lines at most, files of 300, half of all functions of 10."""

from statistics import median

import pytest

from tests.architecture.sources import OURS, PRODUCT, functions, lines_of, modules

pytestmark = pytest.mark.unit

FUNCTION_MAX, FILE_MAX, MEDIAN_MAX = 40, 300, 10


def test_no_function_is_longer_than_forty_lines() -> None:
    assert [each for each in functions(*OURS) if each.lines > FUNCTION_MAX] == []


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    assert {path: lines for path in modules(*OURS) if (lines := lines_of(path)) > FILE_MAX} == {}


@pytest.mark.parametrize("roots", [PRODUCT, ("shared",), ("services",)], ids=", ".join)
def test_half_of_all_functions_have_ten_lines_at_most(roots: tuple[str, ...]) -> None:
    found = functions(*roots)
    assert len(found) > 100
    assert median(each.lines for each in found) <= MEDIAN_MAX
