"""W6: a newly activated number that is an old customer come back: churn hidden as growth is seen."""

from datetime import date, timedelta

import pytest

from services.warning.domain.reentry.columns import people_of
from services.warning.domain.reentry.find import Reentry, find_reentries
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import Usage, profiles_of
from services.warning.domain.reentry.window import told_of
from shared.events.reentry_found import ReentryFound
from tests.replay.stories.story import given, set_to, spender
from tests.support.builders import NUMBER, REGION, at
from tests.unit.warning.reentry.town import AFTER, BEFORE, SINCE, UNTIL, circle_of, town, uses

pytestmark = pytest.mark.replay
NEW = "+8619910000001"
MORNING = at(f"{UNTIL + timedelta(days=3)} 00:00")


def found(*mine: Usage) -> Reentry:
    """Return what a day's search finds of NEW, in a town beside NUMBER."""
    known = profiles_of([*town(), *mine], SINCE, UNTIL)
    people = people_of(known.only([NEW]), known.only(known.numbers.keys() - {NEW}))
    (reentry,) = find_reentries(people, Limits())
    return reentry


def told(*mine: Usage) -> ReentryFound:
    """Return what the old number's rules hear of that."""
    fact = told_of(found(*mine), MORNING)
    assert fact is not None
    assert fact.msisdn == NUMBER
    return fact


TAKEN_OVER = told(*uses(NUMBER, circle_of(99), BEFORE), *uses(NEW, circle_of(99), AFTER))
BESIDE = told(*uses(NUMBER, circle_of(99), [*BEFORE, *AFTER]), *uses(NEW, circle_of(99), AFTER))


def test_a_circle_taken_over_from_a_silent_number_is_churn_hidden_as_growth() -> None:
    story = given(*spender()).when(TAKEN_OVER)
    story.then_warned("reentry_number", 2, new_msisdn=NEW, old_relation="silent", peers_shared=len(circle_of(99)))
    story.when(TAKEN_OVER).then_silent()


def test_a_second_number_beside_a_living_one_is_no_reason_to_call() -> None:
    given(*spender()).when(BESIDE).then_silent()


def test_a_warning_is_taken_back_when_both_turn_out_to_be_in_use() -> None:
    given(*spender(), TAKEN_OVER).when(BESIDE).then_cleared("reentry_number")


def test_a_region_may_ask_for_more_likeness() -> None:
    stricter = set_to("warning.reentry_number", scope=REGION.rpartition(".")[0], score_min=0.99)
    given(*spender(), policy=[stricter]).when(TAKEN_OVER).then_silent()


def test_a_dealers_numbers_are_nobodys_come_back() -> None:
    numbers = [f"+86199200000{each:02d}" for each in range(5)]
    bulk = [use for who in numbers for use in uses(who, ["10086"], AFTER, imei="350000000000017")]
    known = profiles_of([*town(), *bulk], SINCE, UNTIL)
    people = people_of(known.only(numbers), known.only(known.numbers.keys() - set(numbers)))
    dealt = find_reentries(people, Limits())
    assert {each.kind for each in dealt} == {"dealer_pattern"}
    assert [told_of(each, MORNING) for each in dealt] == [None] * 5
    assert {each.began_on for each in dealt} == {date(2026, 4, 1)}
