"""Weekly looks in a replay: what came by then, the latest version of a day, and nothing of a number long unheard of."""

from datetime import date, timedelta

import pytest

from replay.backtest.days import Days
from replay.backtest.order import arrival
from replay.backtest.past import Fact, Past, Use
from replay.backtest.usage import Lookout
from services.intake.domain.days import day_passed
from services.warning.domain.usage import UsageLooked
from services.warning.domain.usage import Use as Seven
from services.warning.domain.weekday import weekday_of
from shared.calendar import start_of
from shared.events.day_passed import DayPassed
from tests.support.builders import NUMBER

pytestmark = pytest.mark.unit

FIRST = date(2026, 1, 1)
DAY = 1_000


def used(number: int, calls: int = 10, version: int = 1, came: int | None = None) -> Fact:
    """Return a usage day, come after its day passed, or with day `came`."""
    day = FIRST + timedelta(days=number)
    use = Use(start_of(day), NUMBER, day, version, calls, 1, 2, 10**6, 60, 90)
    return Fact((number if came is None else came) * DAY + 2 + version, "warning.usage_day.v1", use)


def looked(*uses: Fact, days: int = 40) -> dict[int, UsageLooked]:
    """Return the looks of so many days."""
    past = Past()
    passed = [day_passed(FIRST + timedelta(days=number)) for number in range(days)]
    past.told[DayPassed] = [Fact(number * DAY + 1, "day", event) for number, event in enumerate(passed)]
    return dict(Lookout().looks(NUMBER, uses, Days(past, arrival), arrival))


def seven_days(**of_a_day: float) -> Seven:
    """Return what comes of seven days alike."""
    return Seven(**{name: value * 7 for name, value in of_a_day.items()})


def test_a_number_is_looked_at_on_its_weekday_once_it_was_heard_of() -> None:
    found = looked(*(used(number) for number in range(5, 40)))
    weekdays = {(FIRST + timedelta(days=number)).weekday() for number in found}
    assert (weekdays, sorted(found)[1] - sorted(found)[0]) == ({weekday_of(NUMBER)}, 7)
    assert min(found) > 5


def test_a_look_knows_what_had_come_and_the_latest_version_of_it() -> None:
    last = max(looked(used(0)))
    told = [used(number) for number in range(last)]
    found = looked(*told)[last].recent
    assert found == seven_days(contacts=13, megabytes=1, calls=11, minutes=2.5, messages=2)
    corrected = used(last - 3, calls=40, version=2, came=last - 1)
    late = used(last - 3, calls=40, version=2, came=last)
    assert looked(*told, corrected)[last].recent.contacts == found.contacts + 30
    assert looked(*told, late)[last].recent == found


def test_a_number_unheard_of_for_eighty_nine_days_is_forgotten() -> None:
    found = looked(*(used(number) for number in range(10)), days=130)
    assert 9 + 89 <= max(found) <= 9 + 89 + 7
    again = looked(*(used(number) for number in range(10)), *(used(number) for number in range(115, 130)), days=130)
    assert [again[max(again)].weeks_before, again[max(found)].weeks_before] == [0, 4]
