"""The sieve's memory keeps its promise, as it is measured on a state like a network's."""

import pytest

from bench.recovery import state
from bench.recovery.state import FIRST_DAY, Load
from services.warning.domain.sieve.memory import NAME_BYTES, memory

pytestmark = pytest.mark.unit

LOAD = Load(subscribers=20_000, days=3, cdrs_a_day=12, seed=7)
BYTES_MAX = 400


def test_a_subscriber_costs_400_bytes_at_most_beside_circle_and_ids_seen() -> None:
    lot = state.lot(LOAD, 0, 1)
    cost = memory([lot])
    assert sum(len(day.numbers()) for day in lot.days.values()) > 2.99 * LOAD.subscribers
    names = NAME_BYTES * state.CELLS * LOAD.days
    assert 250 * LOAD.subscribers < cost.beside - names < (BYTES_MAX - 50) * LOAD.subscribers
    assert cost.ids == 8 * LOAD.subscribers * LOAD.days * LOAD.cdrs_a_day
    assert cost.circle > 20 * 3 * LOAD.subscribers * LOAD.days


def test_partitions_share_the_subscribers() -> None:
    lots = [state.lot(LOAD, partition, 2) for partition in range(2)]
    one, other = (set(lot.days[FIRST_DAY].numbers().tolist()) for lot in lots)
    assert len(one | other) > 0.99 * LOAD.subscribers
    assert not one & other
