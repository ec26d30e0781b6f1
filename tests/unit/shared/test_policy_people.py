"""Who changes a policy, and what they see before they do: four eyes, field by field."""

from datetime import timedelta

import msgspec
import pytest

from shared.policy import EVERYWHERE, PolicyBook
from shared.policy_change.change import NotTheirsError, OvertakenError
from shared.policy_change.people import must_approve, must_hold, must_reject, sees
from shared.policy_change.preview import preview, seen, standing
from tests.support.policies import (
    CID,
    CITY,
    COUNTY,
    MARCH,
    OTHER_CITY,
    PAM,
    PAT,
    PROVINCE,
    SUE,
    Limits,
    Somebody,
    change,
    proposal,
    version,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("who", "scopes"),
    [
        (PAT, {EVERYWHERE, PROVINCE, CITY, OTHER_CITY, COUNTY}),
        (CID, {CITY, COUNTY}),
        (SUE, {COUNTY}),
        (Somebody("ann", "city_admin", PROVINCE), {PROVINCE, CITY, OTHER_CITY, COUNTY}),
        (Somebody("pia", "province_admin", CITY), {CITY, COUNTY}),
        (Somebody("zoe", "province_admin", "15000"), {EVERYWHERE}),
    ],
)
def test_a_region_holds_what_lies_in_it(who: Somebody, scopes: set[str]) -> None:
    held = set()
    for scope in (EVERYWHERE, PROVINCE, CITY, OTHER_CITY, COUNTY):
        try:
            must_hold(who, scope)
            held.add(scope)
        except NotTheirsError:
            continue
    assert held == scopes


def test_a_person_sees_what_reaches_them_and_what_lies_below() -> None:
    assert [sees(CID, region) for region in (EVERYWHERE, PROVINCE, CITY, COUNTY)] == [True] * 4
    assert not sees(CID, OTHER_CITY)


def test_four_eyes_are_two_persons() -> None:
    must_approve(PAM, proposal(change(days=7), by="pat"))
    must_approve(CID, proposal(change(COUNTY, days=7), by="sue"))
    for who, wanted in (
        (PAT, proposal(change(days=7), by="pat")),
        (CID, proposal(change(days=7), by="pat")),
        (CID, proposal(change(OTHER_CITY, days=7), by="pat")),
        (SUE, proposal(change(COUNTY, days=7), by="pat")),
    ):
        with pytest.raises(NotTheirsError):
            must_approve(who, wanted)


def test_whoever_proposed_may_take_it_back_and_an_approver_may_reject() -> None:
    must_reject(SUE, proposal(change(COUNTY, days=7), by="sue"))
    must_reject(CID, proposal(change(COUNTY, days=7), by="sue"))
    with pytest.raises(NotTheirsError):
        must_reject(SUE, proposal(change(COUNTY, days=7), by="cid"))


@pytest.mark.parametrize("state", ["approved", "rejected"])
def test_what_is_decided_stays_decided(state: str) -> None:
    decided = proposal(change(days=7), state=state, decided_by="pam")
    for deciding in (must_approve, must_reject):
        with pytest.raises(OvertakenError, match=f"{state} by pam"):
            deciding(PAM, decided)


def test_a_preview_tells_field_by_field_what_changes_and_where_it_will_not_be_felt() -> None:
    book = PolicyBook((version(1, days=20), version(2, CITY, days=9), version(3, COUNTY, share=0.3)))
    shown = preview(Limits(), book, proposal(change(PROVINCE, days=7)), MARCH + timedelta(seconds=1))
    [difference] = shown.differences
    assert msgspec.to_builtins(difference) == {"field": "days", "before": 20, "after": 7, "said_here": True}
    assert shown.kept_below == (version(2, CITY, days=9),)
    assert (shown.seen, shown.effective_from, shown.obstacle) == (1, MARCH + timedelta(seconds=11), None)


def test_a_preview_is_made_against_what_will_be_in_force_at_its_moment() -> None:
    book = PolicyBook((version(1, days=20), version(2, after=100, days=21)))
    for after, before in ((100, 21), (200, 21)):
        [difference] = preview(Limits(), book, proposal(change(CITY, days=7, after=after)), MARCH).differences
        assert difference.before == before
    [earlier] = preview(Limits(), book, proposal(change(CITY, days=7, after=99)), MARCH).differences
    assert earlier.before == 20


def test_a_field_that_is_pinned_to_what_it_is_anyway_shows_as_said_here() -> None:
    [difference] = preview(Limits(), PolicyBook(), proposal(change(CITY, days=30)), MARCH).differences
    assert (difference.before, difference.after, difference.said_here) == (30, 30, True)


def test_a_preview_says_what_stands_in_the_way() -> None:
    late = preview(Limits(), PolicyBook(), proposal(change(days=7, after=60)), MARCH + timedelta(seconds=60))
    assert late.obstacle is not None
    assert "effective_from" in late.obstacle
    rejected = proposal(change(days=7), state="rejected", decided_by="pam")
    assert preview(Limits(), PolicyBook(), rejected, MARCH).obstacle == "it was rejected"


def test_a_preview_of_what_was_approved_tells_what_it_changed_then() -> None:
    book = PolicyBook((version(1, days=20), version(2, days=7), version(3, days=5)))
    shown = preview(Limits(), book, proposal(change(days=7), state="approved", decided_by="pam", version=2), MARCH)
    [difference] = shown.differences
    assert (difference.before, difference.after, shown.standing) == (20, 7, "superseded")


def test_what_was_looked_at_is_the_newest_version_that_has_a_say() -> None:
    book = PolicyBook((version(1), version(2, PROVINCE, after=99), version(3, COUNTY), version(4, OTHER_CITY)))
    assert [seen(book, "p", scope) for scope in (EVERYWHERE, PROVINCE, CITY, COUNTY)] == [1, 2, 2, 3]


def test_a_version_waits_is_in_force_or_was_replaced() -> None:
    first, second, third = version(1, days=1), version(2, after=10, days=2), version(3, after=20, days=3)
    book = PolicyBook((first, second, third))
    stands = [standing(book, each, MARCH + timedelta(seconds=10)) for each in (first, second, third)]
    assert stands == ["superseded", "effective", "scheduled"]
    undone = book.laid_over(version(4, after=15, days=2))
    assert standing(undone, third, MARCH + timedelta(seconds=10)) == "superseded", "it will never be in force"
