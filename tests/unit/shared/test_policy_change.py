"""A change of policy: what may be said, which version it makes, and how it is taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion, Resolved
from shared.policy_change.change import Change, MistakenError, OvertakenError
from shared.policy_change.making import HEADWAY, approved, proposed, restored
from tests.support.policies import CITY, COUNTY, MARCH, OTHER_CITY, PROVINCE, Limits, change, proposal, version

pytestmark = pytest.mark.unit

SECOND = timedelta(seconds=1)


def made(wanted: Change, *versions: PolicyVersion, now: datetime = MARCH) -> PolicyVersion:
    """Return the version that a change makes of a book."""
    return proposed(Limits(), PolicyBook(versions), wanted, now)


def mistakes(wanted: Change, *versions: PolicyVersion) -> dict[tuple[str, ...], str]:
    """Return what is wrong with a change."""
    with pytest.raises(MistakenError) as mistaken:
        made(wanted, *versions)
    return mistaken.value.mistakes


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"dayz": 3}, "no such field; there are days, share, name, on, tiers, fen"),
        ({"days": "3"}, "Expected `int`, got `str`"),
        ({"days": True}, "Expected `int`, got `bool`"),
        ({"days": None}, "Expected `int`, got `null`"),
        ({"days": 3.5}, "Expected `int`, got `float`"),
        ({"days": -1}, "Expected `int` >= 0"),
        ({"days": 10**30}, "Expected `int` <= 3660"),
        ({"share": 1.01}, "Expected `float` <= 1.0"),
        ({"share": float("nan")}, "Expected `float` >= 0.0"),
        ({"name": "too long"}, "Expected `str` of length <= 5"),
        ({"name": "a\x00"}, "a text cannot hold a zero"),
        ({"name": "\ud800"}, "this is no text"),
        ({"name": "x" * 20_000}, "longer than 16384 bytes"),
        ({"on": 1}, "Expected `bool`, got `int`"),
        ({"tiers": [{"deposit_fen": -1}]}, "Expected `int` >= 0 - at `$[0].deposit_fen`"),
        ({"tiers": [{"deposit_fen": 1, "gift": 1}]}, "no such field: tiers[0].gift"),
        ({"tiers": [{}]}, "Object missing required field `deposit_fen` - at `$[0]`"),
        ({"fen": {"many": 1}}, "Expected `int`, got `str` - at `key` in `$`"),
    ],
)
def test_what_a_field_cannot_be_is_told_by_its_name(said: dict[str, Any], why: str) -> None:
    [field] = said
    assert mistakes(change(**said)) == {("fields", field): why}


def test_all_mistakes_are_told_at_once() -> None:
    found = mistakes(change("150000.110100", unset=("dayz", "share"), days=-1, share=0.1))
    assert found.keys() == {("fields", "days"), ("unset", "dayz"), ("unset", "share"), ("scope",)}


def test_a_change_that_changes_nothing_is_a_mistake() -> None:
    assert mistakes(change()) == {("fields",): "nothing is changed"}
    assert mistakes(change(days=7), version(1, days=7)) == {("fields",): "this scope says so already"}
    assert mistakes(change(unset=("days",)), version(1, PROVINCE, days=7)) == {
        ("fields",): "this scope says so already"
    }


def test_a_change_leaves_what_its_scope_said_of_other_fields() -> None:
    book = (version(1, days=7, share=0.1), version(2, CITY, days=9))
    assert made(change(days=8), *book) == version(3, after=10, days=8, share=0.1)
    assert made(change(unset=("days",), name="y"), *book) == version(3, after=10, share=0.1, name="y")
    assert made(change(CITY, share=0.2), *book) == version(3, CITY, after=10, days=9, share=0.2)
    assert made(change(CITY, unset=("days",)), *book) == version(3, CITY, after=10)


def test_a_change_of_numbers_as_keys_is_kept_as_the_table_has_them() -> None:
    made_of = made(change(fen={"1000": 900}))
    assert made_of.fields == {"fen": {"1000": 900}}
    assert PolicyBook((made_of,)).resolve("p", Limits(), CITY, made_of.effective_from).value.fen == {1_000: 900}


def test_a_version_takes_force_ten_seconds_after_its_approval_at_the_earliest() -> None:
    assert made(change(days=7)).effective_from == MARCH + HEADWAY == MARCH + timedelta(seconds=10)
    assert made(change(days=7, after=10)).effective_from == MARCH + HEADWAY
    assert mistakes(change(days=7, after=9.999)).keys() == {("effective_from",)}
    assert mistakes(change(days=7, after=6 * 366 * 86_400)).keys() == {("effective_from",)}


def test_a_proposal_whose_moment_has_come_can_no_longer_be_approved() -> None:
    wanted = proposal(change(days=7, after=60))
    assert approved(Limits(), PolicyBook(), wanted, MARCH + timedelta(seconds=50)) == version(1, after=60, days=7)
    with pytest.raises(OvertakenError, match="effective_from"):
        approved(Limits(), PolicyBook(), wanted, MARCH + timedelta(seconds=51))


def test_no_change_takes_force_before_one_that_waits_in_its_scope() -> None:
    waiting = version(1, CITY, after=100, days=7)
    with pytest.raises(OvertakenError, match="version 1 takes force here"):
        made(change(CITY, days=8, after=99), waiting)
    assert made(change(CITY, share=0.1, after=100), waiting) == version(2, CITY, after=100, days=7, share=0.1)
    assert made(change(PROVINCE, days=8, after=99), waiting) == version(2, PROVINCE, after=99, days=8)


def test_rolling_back_says_what_the_scope_said_before() -> None:
    first, second = version(1, days=7), version(2, after=10, days=9, share=0.1)
    now = MARCH + timedelta(seconds=60)
    assert restored(Limits(), PolicyBook((first, second)), second, now) == version(3, after=70, days=7)
    assert restored(Limits(), PolicyBook((first,)), first, now) == version(2, after=70)


def test_only_the_newest_version_of_a_scope_is_rolled_back() -> None:
    first, second, elsewhere = version(1, CITY, days=7), version(2, CITY, days=9), version(3, days=1)
    book = PolicyBook((first, second, elsewhere))
    with pytest.raises(OvertakenError, match="version 2"):
        restored(Limits(), book, first, MARCH)
    assert restored(Limits(), book, second, MARCH) == version(4, CITY, after=10, days=7)


def test_what_is_not_allowed_any_more_is_not_brought_back() -> None:
    with pytest.raises(MistakenError):
        restored(Limits(), PolicyBook((version(1, days=-1), version(2, days=1))), version(2, days=1), MARCH)


SCOPES = (EVERYWHERE, PROVINCE, CITY, COUNTY, OTHER_CITY)
SAID = st.dictionaries(st.sampled_from(["days", "share"]), st.sampled_from([0, 1]), min_size=1)
STEPS = st.lists(st.tuples(st.sampled_from(SCOPES), SAID, st.integers(0, 40), st.booleans()), max_size=8)


def lived(steps: list[tuple[str, dict[str, Any], int, bool]]) -> PolicyBook:
    """Return a book after changes and roll-backs, five seconds apart, each at once or after some more seconds."""
    book, now = PolicyBook(), MARCH
    for scope, said, wait, back in steps:
        now += timedelta(seconds=5)
        newest = book.newest("p", scope)
        wanted = Change(
            name="p", scope=scope, fields=said, effective_from=now + HEADWAY + timedelta(seconds=wait), why=""
        )
        try:
            after = restored(Limits(), book, newest, now) if back and newest else proposed(Limits(), book, wanted, now)
        except (OvertakenError, MistakenError):
            continue
        book = book.laid_over(after)
    return book


def everywhere(book: PolicyBook, since: datetime) -> list[Limits]:
    """Return what holds in each region, second after second."""
    moments = [since + timedelta(seconds=second) for second in range(0, 120, 3)]
    return [book.resolve("p", Limits(), scope, moment).value for scope in SCOPES for moment in moments]


@given(STEPS, st.sampled_from(SCOPES), SAID, st.integers(0, 40), st.integers(0, 60))
def test_rolling_back_brings_back_what_would_be_without_the_version(
    steps: list[tuple[str, dict[str, Any], int, bool]], scope: str, said: dict[str, Any], wait: int, later: int
) -> None:
    book, now = lived(steps), MARCH + timedelta(seconds=60)
    wanted = Change(name="p", scope=scope, fields=said, effective_from=now + HEADWAY + wait * SECOND, why="")
    try:
        bad = proposed(Limits(), book, wanted, now)
    except (OvertakenError, MistakenError):
        return
    spoiled = book.laid_over(bad)
    mended = restored(Limits(), spoiled, bad, now + timedelta(seconds=later))
    after = spoiled.laid_over(mended)
    assert everywhere(after, mended.effective_from) == everywhere(book, mended.effective_from)


@given(STEPS, SAID)
def test_the_narrower_scope_wins_whatever_wider_ones_say_later(
    steps: list[tuple[str, dict[str, Any], int, bool]], said: dict[str, Any]
) -> None:
    wide = lived([step for step in steps if step[0] != COUNTY])
    narrow = version(99, COUNTY, **said)
    value: Resolved[Limits] = wide.laid_over(narrow).resolve("p", Limits(), COUNTY, MARCH + timedelta(seconds=100))
    assert {name: getattr(value.value, name) for name in said} == said
