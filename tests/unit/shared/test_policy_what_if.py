"""A book under a change that nobody has approved: the change is laid over what its scope said, whenever it said so."""

from datetime import timedelta

import pytest

from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.policy_change.change import Change, MistakenError
from shared.policy_change.what_if import what_if
from tests.support.policies import CITY, COUNTY, MARCH, Limits, change, version

pytestmark = pytest.mark.unit

DEFAULTS = {"p": Limits()}


class Pair(Limits, frozen=True, kw_only=True):
    """Limits of which nothing can stand by itself: both are said, or none."""

    def mistakes(self) -> dict[tuple[str, ...], str]:
        """Return that one is missing."""
        return {("days",): "both or none"} if (self.days == 30) != (self.share == 0.5) else {}


def days(book: PolicyBook, after_s: float, region: str = COUNTY) -> tuple[int, float]:
    """Return two fields of the policy so many seconds after March begins."""
    found = book.resolve("p", Limits(), region, MARCH + timedelta(seconds=after_s)).value
    return found.days, found.share


def tried(wanted: Change, *versions: PolicyVersion) -> PolicyBook:
    """Return the book of `versions` under a change."""
    return what_if(DEFAULTS, PolicyBook(versions), [wanted])


def test_without_a_moment_it_holds_all_along_over_every_version_of_its_scope() -> None:
    book = tried(change(days=5), version(1, after=10, share=0.1), version(2, after=20, days=9, share=0.2))
    assert [days(book, after) for after in (-(10**8), 0, 10, 20)] == [(5, 0.5), (5, 0.5), (5, 0.1), (5, 0.2)]


def test_with_a_moment_it_holds_from_then_on() -> None:
    book = tried(change(days=5, after=15), version(1, after=10, share=0.1), version(2, after=20, days=9))
    assert [days(book, after) for after in (10, 14, 15, 20)] == [(30, 0.1), (30, 0.1), (5, 0.1), (5, 0.5)]


def test_a_narrower_scope_still_wins() -> None:
    book = tried(change(EVERYWHERE, days=5), version(1, CITY, days=9))
    assert (days(book, 1), days(book, 1, "440000")) == ((9, 0.5), (5, 0.5))


def test_what_is_unset_holds_as_in_the_wider_scope() -> None:
    book = tried(change(CITY, unset=("days",)), version(1, days=7), version(2, CITY, days=9, share=0.1))
    assert days(book, 1) == (7, 0.1)


@pytest.mark.parametrize("scope", ["", CITY])
def test_what_cannot_stand_alone_stands_once_the_rest_was_said(scope: str) -> None:
    rest = version(1, after=10, days=7, share=0.1)
    book = what_if({"p": Pair()}, PolicyBook((rest,)), [change(scope, days=5)])
    assert [days(book, after) for after in (0, 9, 10)] == [(30, 0.5), (30, 0.5), (5, 0.1)]
    for alone in (PolicyBook(), PolicyBook((version(1, COUNTY, days=7, share=0.1),))):
        with pytest.raises(MistakenError, match="both or none"):
            what_if({"p": Pair()}, alone, [change(scope, days=5)])


def test_changes_are_laid_over_one_another() -> None:
    book = what_if(DEFAULTS, PolicyBook(), [change(days=5), change(CITY, share=0.1), change(days=6)])
    assert days(book, 0) == (6, 0.1)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Change(name="q", scope="", fields={"days": 1}, why=""), "no such policy: q; there are p"),
        (change(days=-1), "Expected `int` >= 0"),
        (change(), "nothing is changed"),
        (change("150100.150000", days=1), "no such region"),
    ],
)
def test_what_policy_refuses_is_refused_here(wanted: Change, why: str) -> None:
    with pytest.raises(MistakenError, match=why):
        tried(wanted)
