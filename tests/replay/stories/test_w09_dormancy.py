"""W9: the number falls silent, or is used much less than it used to be: looked at by time, from its usage days."""

from datetime import date, timedelta

import pytest

from services.warning.domain.usage import Day, UsageLooked, looked
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER

pytestmark = pytest.mark.replay
FIRST, LAST = date(2026, 1, 1), date(2026, 2, 10)
BUSY, QUIET = 10, 3


def look(passed: str, last: date, contacts: int = BUSY, recent: int = BUSY) -> UsageLooked:
    """Return the look once `passed` is over, at a number used daily until `last`, of late as `recent`."""
    through = date.fromisoformat(passed)
    days = [FIRST + timedelta(days=place) for place in range((last - FIRST).days + 1)]
    weeks_ago = [day for day in days if (through - day).days < 9]
    used = [Day(day=day, contacts=recent if day in weeks_ago else contacts, bytes=0) for day in days]
    return looked(NUMBER, through, (FIRST, last), used)


def test_fourteen_silent_days_are_said_by_time_and_taken_back_by_a_call() -> None:
    story = given(*spender())
    story.when(look("2026-02-11", LAST)).then_silent()
    story.when(look("2026-02-18", LAST)).then_warned("dormancy", 1, kind="fell")
    story.when(look("2026-02-25", LAST)).then_silent()
    story.when(look("2026-03-04", LAST)).then_warned("dormancy", 2, kind="silent")
    story.when(look("2026-03-11", date(2026, 3, 8))).then_cleared("dormancy")


def test_a_fall_against_the_number_s_own_past_is_said() -> None:
    given(*spender()).when(look("2026-02-12", LAST, recent=QUIET)).then_warned("dormancy", 1, kind="fell")
