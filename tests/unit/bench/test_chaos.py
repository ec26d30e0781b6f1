"""The programme of blows: so many of each kind, and never a process more or fewer than there may be."""

from collections import Counter
from itertools import accumulate

import pytest

from bench.chaos.programme import GAPS_S, MEMBERS, programme

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("seed", range(5))
def test_a_programme_has_what_was_asked_for_and_keeps_one_to_three_processes(seed: int) -> None:
    blows = programme(kills=20, pauses=5, rebalances=10, seed=seed)
    kinds = Counter(blow.kind for blow in blows)
    assert (kinds["kill"], kinds["pause"], kinds["join"] + kinds["leave"]) == (20, 5, 10)
    steps = {"join": 1, "leave": -1}
    members = list(accumulate((steps.get(blow.kind, 0) for blow in blows), initial=1))
    assert (min(members), max(members)) == (1, MEMBERS)
    assert all(GAPS_S[0] <= blow.after_s <= GAPS_S[1] and 0 <= blow.whom < 1 for blow in blows)


def test_the_same_seed_gives_the_same_programme_and_another_another() -> None:
    assert programme(5, 5, 5, seed=1) == programme(5, 5, 5, seed=1)
    assert programme(5, 5, 5, seed=1) != programme(5, 5, 5, seed=2)
