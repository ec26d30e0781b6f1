"""The passing of a day is one event, whoever tells it."""

from datetime import date

import pytest

from services.intake.domain.days import day_passed
from shared.calendar import local_date
from shared.ids import derived_id
from tests.support.builders import at

pytestmark = pytest.mark.unit


def test_a_day_passes_at_the_midnight_after_it() -> None:
    passed = day_passed(date(2026, 2, 28))
    assert (passed.day, passed.occurred_at) == (date(2026, 2, 28), at("2026-03-01 00:00"))
    assert local_date(passed.occurred_at) == date(2026, 3, 1)


def test_the_same_day_is_the_same_event_and_another_is_another() -> None:
    assert day_passed(date(2026, 2, 28)) == day_passed(date(2026, 2, 28))
    assert day_passed(date(2026, 2, 28)).id == derived_id("day_passed", "2026-02-28")
    assert day_passed(date(2026, 3, 1)).id != day_passed(date(2026, 2, 28)).id
