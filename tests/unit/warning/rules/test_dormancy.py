"""Sleepers and those who use less: said once, by time alone, and taken back when the number is heard of again."""

from datetime import date, timedelta

import pytest

from services.warning.domain.rule import Level
from services.warning.domain.rules.dormancy import RULE
from services.warning.domain.usage import UsageLooked, Use
from tests.support.builders import NUMBER, at, fresh
from tests.unit.warning.rules.walking import findings, levels

pytestmark = pytest.mark.unit

WATCH, ACT = Level.WATCH, Level.ACT
START = date(2026, 3, 1)
USUAL = Use(contacts=50, megabytes=1_000)


def look(week: int = 0, silent: int = 0, now: Use = USUAL, before: Use = USUAL, weeks_before: int = 4) -> UsageLooked:
    """Return the look of a week, at a number silent for so many days."""
    through = START + timedelta(days=7 * week)
    return UsageLooked(
        id=fresh("look"),
        occurred_at=at(f"{through + timedelta(days=3)} 00:00"),
        msisdn=NUMBER,
        through=through,
        last_active_on=through - timedelta(days=silent),
        weeks_before=weeks_before,
        recent=now,
        before=before,
    )


def test_fourteen_days_of_silence_are_said_once() -> None:
    assert levels(RULE, [look(0, 13), look(1, 14), look(2, 21), look(3, 28)]) == [None, ACT, None, None]


def test_a_sleeper_who_is_heard_of_again_is_cleared_and_may_sleep_again() -> None:
    facts = [look(0, 14), look(1, 2), look(2, 9), look(3, 16)]
    assert levels(RULE, facts) == [ACT, "cleared", None, ACT]


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (Use(contacts=20, megabytes=400), USUAL, WATCH),
        (Use(contacts=20.5, megabytes=0), USUAL, None),
        (Use(contacts=0, megabytes=450), USUAL, None),
        (Use(contacts=4, megabytes=0), Use(contacts=10, megabytes=99), WATCH),
        (Use(contacts=0, megabytes=0), Use(contacts=9.9, megabytes=99), None),
        (Use(contacts=9, megabytes=40), Use(contacts=9.9, megabytes=100), WATCH),
    ],
)
def test_a_fall_is_one_of_contacts_and_of_data_where_there_was_much_of_them(
    now: Use, before: Use, said: Level | None
) -> None:
    assert levels(RULE, [look(now=now, before=before)]) == [said]


def test_a_number_known_for_a_week_has_no_baseline() -> None:
    none = Use(contacts=0, megabytes=0)
    assert levels(RULE, [look(now=none, weeks_before=1)]) == [None]
    assert levels(RULE, [look(now=none, weeks_before=2)]) == [WATCH]


def test_a_fall_is_not_said_again_within_four_weeks() -> None:
    low = Use(contacts=1, megabytes=1)
    assert levels(RULE, [look(week, now=low) for week in range(6)]) == [WATCH, None, None, None, None, WATCH]


def test_evidence_names_what_was_compared() -> None:
    silent, fell = findings(RULE, [look(0, 14)]), findings(RULE, [look(now=Use(contacts=5, megabytes=100))])
    assert silent[0].evidence == {
        "kind": "silent",
        "last_active_on": "2026-02-15",
        "through": "2026-03-01",
        "silent_days": 14,
        "silent_days_min": 14,
    }
    assert RULE.explain(silent[0].evidence)[0] == "客户自2026-02-15起14天无任何使用记录"
    assert (fell[0].evidence["fall_share"], fell[0].evidence["fall_share_min"]) == (0.9, 0.6)
    assert RULE.explain(fell[0].evidence) == (
        "近7天通话和短信5次，此前周均50次，使用量下降90%以上",
        "5 calls and messages in seven days, 50 a week before: use fell by 90% or more",
    )
