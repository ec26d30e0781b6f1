"""The same causes give the same id, in every process and every year."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import NAMESPACE, derived_id
from tests.unit.strategies import TEXTS

pytestmark = pytest.mark.unit

PARTS = st.lists(TEXTS, min_size=1, max_size=3)


def test_ids_never_change_between_releases() -> None:
    assert derived_id("warning", "porting", "s1", "e1") == "75efec2a-8597-5bfb-9c1a-4635b0d94260"


@given(PARTS, PARTS)
def test_two_lists_of_causes_share_an_id_only_if_they_are_the_same(one: list[str], other: list[str]) -> None:
    assert (derived_id(*one) == derived_id(*other)) == (one == other)


def test_parts_are_not_run_together() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc")


@given(PARTS)
def test_an_id_is_a_uuid_of_version_5(parts: list[str]) -> None:
    assert UUID(derived_id(*parts)) == uuid5(NAMESPACE, "\x00".join(parts))
