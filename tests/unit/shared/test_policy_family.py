"""Policies that people make themselves, and policies that know more of their values than the types."""

import pytest
from msgspec import Struct

from shared.policy import EVERYWHERE, Checked, Family, PolicyBook, PolicyVersion
from shared.policy_change.change import Change, MistakenError, OvertakenError
from shared.policy_change.making import approved, proposed
from tests.support.policies import CITY, MARCH, proposal

pytestmark = pytest.mark.unit


class Levels(Struct, frozen=True, kw_only=True):
    """Two numbers of which one must be the lower."""

    act: int = 2
    act_now: int = 3

    def mistakes(self) -> dict[tuple[str, ...], str]:
        """Return what is wrong with them together."""
        return {} if self.act < self.act_now else {("act_now",): "it must be above act"}


OWN = Family(prefix="p.", default=Levels(), count_max=2)


def changed(scope: str = EVERYWHERE, **said: int) -> Change:
    """Return a change of levels."""
    return Change(name="p.x", scope=scope, fields=dict(said), why="complaints")


def version(number: int, name: str = "p.x", **said: int) -> PolicyVersion:
    """Return a version of levels, in force for long."""
    since = MARCH.replace(year=2025)
    return PolicyVersion(name=name, version=number, scope=EVERYWHERE, effective_from=since, fields=dict(said))


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("p.x", True),
        ("p.loyal_fall_2", True),
        ("p." + "x" * 40, True),
        ("p." + "x" * 41, False),
        ("p.", False),
        ("p.2x", False),
        ("p.X", False),
        ("p.x.y", False),
        ("p.x\n", False),
        ("q.x", False),
    ],
)
def test_a_family_has_the_names_below_its_prefix(name: str, has: bool) -> None:
    assert OWN.has(name) is has


def test_a_family_is_full_for_new_names_alone() -> None:
    book = PolicyBook((version(1), version(2, "p.y"), version(3, "q.z"), version(4, "p.y")))
    assert [OWN.full(book, name) for name in ("p.x", "p.y", "p.z")] == [False, False, True]
    assert not OWN.full(PolicyBook((version(1),)), "p.z")


def test_values_are_held_against_each_other_where_the_policy_can() -> None:
    assert isinstance(Levels(), Checked)
    with pytest.raises(MistakenError) as refused:
        proposed(Levels(), PolicyBook(), changed(act=3), MARCH)
    assert refused.value.mistakes == {("fields", "act_now"): "it must be above act"}
    assert proposed(Levels(), PolicyBook(), changed(act=3, act_now=4), MARCH).fields == {"act": 3, "act_now": 4}


def test_what_wider_scopes_say_counts_in_the_narrower_one() -> None:
    wide = version(1, act_now=9)
    assert proposed(Levels(), PolicyBook((wide,)), changed(CITY, act=8), MARCH).fields == {"act": 8}
    with pytest.raises(MistakenError, match="above act"):
        proposed(Levels(), PolicyBook((wide,)), changed(CITY, act=9), MARCH)


def test_what_went_wrong_since_it_was_proposed_is_no_longer_approved() -> None:
    waiting = proposal(changed(CITY, act=8))
    assert approved(Levels(), PolicyBook((version(1, act_now=9),)), waiting, MARCH).fields == {"act": 8}
    with pytest.raises(OvertakenError, match="above act"):
        approved(Levels(), PolicyBook((version(1, act_now=7),)), waiting, MARCH)
