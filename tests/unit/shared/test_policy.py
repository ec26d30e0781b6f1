"""A policy is decided by the version in force at the event's time, in the narrowest region that has one."""

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion, Resolved
from tests.support.builders import at

pytestmark = pytest.mark.unit

PROVINCE, CITY, COUNTY = "150000", "150000.150100", "150000.150100.150102"
MARCH = at("2026-03-01 00:00")


class Limits(Struct, frozen=True, kw_only=True):
    """A policy of two fields."""

    days: int = 30
    share: float = 0.5


def version(number: int, scope: str = EVERYWHERE, *, after_days: int = 0, **fields: Any) -> PolicyVersion:
    """Return a version that is in force from so many days after March begins."""
    since = MARCH + timedelta(days=after_days)
    return PolicyVersion(name="p", version=number, scope=scope, effective_from=since, fields=fields)


def resolved(*versions: PolicyVersion, region: str = COUNTY, days: float = 10) -> Resolved[Limits]:
    """Resolve the policy for `region`, so many days after March begins."""
    return PolicyBook(versions).resolve("p", Limits(), region, MARCH + timedelta(days=days))


def test_without_a_version_the_defaults_stand() -> None:
    assert resolved() == Resolved(Limits(), 0)


def test_a_version_lays_its_fields_over_the_defaults() -> None:
    assert resolved(version(1, days=7)) == Resolved(Limits(days=7), 1)


def test_another_policys_versions_have_no_say() -> None:
    other = msgspec.structs.replace(version(1, days=7), name="q")
    assert resolved(other) == Resolved(Limits(), 0)


def test_a_version_is_in_force_from_its_first_moment_on_and_not_before() -> None:
    later = version(1, after_days=10, days=7)
    assert resolved(later, days=10) == Resolved(Limits(days=7), 1)
    assert resolved(later, days=10 - 1e-9) == Resolved(Limits(), 0)


def test_the_narrower_scope_wins_field_by_field() -> None:
    book = (version(3, days=1, share=0.1), version(2, PROVINCE, days=2), version(1, COUNTY, days=3))
    assert resolved(*book) == Resolved(Limits(days=3, share=0.1), 3)
    assert resolved(*book, region=CITY) == Resolved(Limits(days=2, share=0.1), 3)
    assert resolved(*book, region="110000") == Resolved(Limits(days=1, share=0.1), 3)


def test_a_neighbours_scope_has_no_say() -> None:
    assert resolved(version(1, "150000.150200", days=1), version(2, "15000", days=2)) == Resolved(Limits(), 0)


def test_a_scope_below_the_region_has_no_say() -> None:
    assert resolved(version(1, COUNTY, days=1), region=CITY) == Resolved(Limits(), 0)


def test_rolling_back_is_a_newer_version() -> None:
    book = (version(1, days=7), version(2, after_days=5, days=9), version(3, after_days=8, days=7))
    days = [resolved(*book, days=day) for day in (4, 6, 9)]
    assert days == [Resolved(Limits(days=7), 1), Resolved(Limits(days=9), 2), Resolved(Limits(days=7), 3)]


def test_the_past_is_decided_as_it_was_then() -> None:
    book = (version(1, days=7), version(2, after_days=20, days=9))
    assert resolved(*book, days=10) == resolved(version(1, days=7), days=10)


@pytest.mark.parametrize("fields", [{"days": "many"}, {"share": None}])
def test_a_field_set_to_what_it_cannot_be_is_an_error(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        resolved(version(1, **fields))


class Tiers(Struct, frozen=True, kw_only=True):
    """A policy with numbers for keys, which are text in the table."""

    fen: dict[int, int] = msgspec.field(default_factory=lambda: {1_000: 1_000})


def test_keys_that_are_numbers_come_from_the_table_as_text() -> None:
    book = PolicyBook((version(1, fen={"1000": 900, "2000": 1_900}),))
    assert book.resolve("p", Tiers(), COUNTY, MARCH).value == Tiers(fen={1_000: 900, 2_000: 1_900})


SCOPES = (EVERYWHERE, PROVINCE, CITY, COUNTY, "150000.150200")
"""From the widest to the narrowest, and a neighbour."""
CHANGES = st.lists(st.tuples(st.sampled_from(SCOPES), st.integers(0, 20), st.integers(0, 99)), max_size=8)


def plainly(versions: list[PolicyVersion], days: int) -> Resolved[Limits]:
    """Resolve in the plainest words: scope by scope, the newest version in force there."""
    value, newest = Limits(), 0
    for scope in SCOPES[:4]:
        in_force = [v for v in versions if v.scope == scope and v.effective_from <= MARCH + timedelta(days=days)]
        if in_force:
            last = max(in_force, key=lambda each: each.version)
            value, newest = Limits(**last.fields), max(newest, last.version)
    return Resolved(value, newest)


@given(CHANGES, st.integers(0, 20), st.randoms(use_true_random=False))
def test_any_versions_in_any_order_resolve_as_plainly_said(
    changes: list[tuple[str, int, int]], days: int, luck: Random
) -> None:
    versions = [version(n, scope, after_days=after, days=d) for n, (scope, after, d) in enumerate(changes, 1)]
    expected = plainly(versions, days)
    luck.shuffle(versions)
    assert resolved(*versions, days=days) == expected
