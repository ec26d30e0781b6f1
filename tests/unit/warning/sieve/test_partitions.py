"""What is said of a number lies in the partition in which every Kafka client looks for it."""

import pytest
from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve.partitions import partitions_of

pytestmark = pytest.mark.unit

KEYS = st.lists(st.binary(max_size=20), min_size=1, max_size=30)


@given(KEYS, st.integers(1, 64))
def test_each_key_has_the_partition_that_clients_give_it(keys: list[bytes], count: int) -> None:
    assert partitions_of(keys, count).tolist() == [(murmur2(key) & 0x7FFFFFFF) % count for key in keys]


def test_no_keys_have_no_partitions() -> None:
    assert partitions_of([], 4).tolist() == []
