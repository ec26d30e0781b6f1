"""A CDR that was seen before is known again, whatever batch it comes in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve.seen import NONE, fresh, hashes, merged, new_runs
from tests.unit.strategies import CHARACTERS

pytestmark = pytest.mark.unit

IDS = st.lists(st.text(CHARACTERS, min_size=1, max_size=40), min_size=1, max_size=30)
FEW = st.lists(st.integers(0, 30).map("id-{}".format), min_size=1, max_size=30)


@given(IDS)
def test_an_ids_hash_does_not_depend_on_those_beside_it(ids: list[str]) -> None:
    assert hashes(ids).tolist() == [int(hashes([each])[0]) for each in ids]


@given(IDS)
def test_different_ids_have_different_hashes(ids: list[str]) -> None:
    assert len(set(hashes(ids).tolist())) == len(set(ids))


def test_a_hundred_thousand_like_ids_do_not_collide() -> None:
    ids = [f"150102-{number % 60}-{number}-{number % 7}" for number in range(100_000)]
    assert len(np.unique(hashes(ids))) == len(ids)


def test_hashes_are_the_same_in_every_process() -> None:
    """They stand in checkpoints: another release must know what this one has seen."""
    assert [f"{each:016x}" for each in hashes(["switch-1", "a", "150102-3-17-1"]).tolist()] == [
        "55f721c467585968",
        "95da58fda43ea24c",
        "1bc18025afd8cd47",
    ]


@given(st.lists(FEW, min_size=1, max_size=6))
def test_of_each_id_the_first_is_fresh_and_no_other(batches: list[list[str]]) -> None:
    known, runs, found = set[str](), new_runs(), []
    for batch in batches:
        codes = hashes(batch)
        mask = fresh(codes, runs)
        found += [each for each, new in zip(batch, mask, strict=True) if new]
        if mask.any():
            runs.add(np.sort(codes[mask]))
        known |= set(batch)
    assert sorted(found) == sorted(known)


def test_of_two_alike_in_a_batch_the_first_is_fresh() -> None:
    assert fresh(hashes(["b", "a", "b", "a"]), new_runs()).tolist() == [True, True, False, False]


@given(FEW, FEW)
def test_merged_runs_are_sorted_and_whole(one: list[str], other: list[str]) -> None:
    codes = merged(np.sort(hashes(one)), np.sort(hashes(other)))
    assert codes.tolist() == sorted(hashes(one + other).tolist())


def test_nothing_seen_is_nothing() -> None:
    assert new_runs().one(NONE) is NONE
