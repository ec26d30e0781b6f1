"""Kafka's own partitioner, for many keys at once: what is said of a number lies where everybody expects it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SEED = 0x9747B28C
MIX = np.uint32(0x5BD1E995)
POSITIVE = 0x7FFFFFFF


def partitions_of(keys: Sequence[bytes], count: int) -> NDArray[np.int64]:
    """Return the partition of each key, of `count`: murmur2, as every Kafka client takes it."""
    found = np.empty(len(keys), np.int64)
    lengths = np.array([len(key) for key in keys], np.int64)
    for length in np.unique(lengths).tolist():
        mask = lengths == length
        joined = b"".join([key for key in keys if len(key) == length])
        rows = np.frombuffer(joined, np.uint8).reshape(int(mask.sum()), length)
        found[mask] = (_murmur2(rows) & POSITIVE) % count
    return found


def _murmur2(rows: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return the hash of each row; 32-bit arithmetic that wraps is meant."""
    count, length = rows.shape
    whole = length - length % 4
    mixed = np.full(count, SEED ^ length, np.uint32)
    for word in np.ascontiguousarray(rows[:, :whole]).view("<u4").T:
        mixed = (mixed * MIX) ^ (_shaken(word * MIX, 24) * MIX)
    for at in range(whole, length):
        mixed = mixed ^ np.left_shift(rows[:, at], 8 * (at - whole), dtype=np.uint32)
    if whole < length:
        mixed = mixed * MIX
    return _shaken(_shaken(mixed, 13) * MIX, 15)


def _shaken(words: NDArray[np.uint32], by: int) -> NDArray[np.uint32]:
    return words ^ np.right_shift(words, by, dtype=np.uint32)
