"""Which days are looked back at once a day has passed, and what is told of what was found."""

from datetime import date, timedelta

import pytest
from msgspec import convert

from services.warning.domain.reentry.find import Kind, Reentry
from services.warning.domain.reentry.profiles import WINDOW_DAYS_MAX
from services.warning.domain.reentry.window import KEPT, Window, told_of
from services.warning.domain.rules.reentry_number import RULE
from shared.events.reentry_found import Likeness, ReentryFound
from tests.support.builders import at

pytestmark = pytest.mark.unit

EVIDENCE = {name: value for name, value in RULE.example.items() if name not in ("kind", "new_msisdn")}
WINDOW = Window(date(2026, 4, 22))


def test_sixty_four_settled_days_are_looked_at() -> None:
    assert (WINDOW.since, WINDOW.until) == (date(2026, 2, 16), date(2026, 4, 20))
    assert (WINDOW.place(WINDOW.since), WINDOW.place(WINDOW.until)) == (0, WINDOW_DAYS_MAX - 1)


def test_numbers_of_the_last_thirty_of_them_are_new() -> None:
    assert WINDOW.activated == (at("2026-03-22 00:00"), at("2026-04-21 00:00"))


def test_days_are_kept_until_a_week_after_nobody_looks_at_them() -> None:
    looked_at_last = WINDOW.since + timedelta(days=7)
    assert date(2026, 4, 29) - KEPT == looked_at_last - timedelta(days=8)


def test_it_is_told_at_the_midnight_after_the_day_that_passed() -> None:
    assert WINDOW.ended_at == at("2026-04-23 00:00")


def found(kind: Kind, old: str | None) -> Reentry:
    """Return a finding."""
    began_on = date(2026, 4, 1)
    return Reentry(id="r1", kind=kind, new="+8619910000001", old=old, began_on=began_on, evidence=EVIDENCE)


def test_the_old_number_hears_of_the_new_one() -> None:
    assert told_of(found("second_number", "+8619900000001"), WINDOW.ended_at) == ReentryFound(
        id="r1",
        occurred_at=at("2026-04-23 00:00"),
        msisdn="+8619900000001",
        kind="second_number",
        new_msisdn="+8619910000001",
        began_on=date(2026, 4, 1),
        evidence=convert(EVIDENCE, Likeness),
    )


def test_nobody_hears_of_a_dealers() -> None:
    assert told_of(found("dealer_pattern", None), WINDOW.ended_at) is None
