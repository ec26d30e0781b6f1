"""CDRs that were tallied already: a switch that sends a file twice must not double anybody's calls.

Ids are kept as 64-bit hashes, by day; at 50 million a day the chance that any two of a day collide is below one in ten
thousand.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.sieve.runs import Runs

Hashes = NDArray[np.uint64]
NONE: Hashes = np.empty(0, np.uint64)
WORD = 8
PRIME = np.uint64(0x9E3779B97F4A7C15)
FOLD = np.uint64(29)


def hashes(ids: Sequence[str]) -> Hashes:
    """Return a 64-bit hash of each id, the same in every process."""
    encoded = [each.encode() for each in ids]
    width = -(-max(map(len, encoded), default=1) // WORD) * WORD
    words = np.array(encoded, f"S{width}").view(np.uint64).reshape(len(ids), -1)
    mixed = np.full(len(ids), PRIME)
    for column in words.T:
        step = (mixed ^ column) * PRIME
        # Padding must not count: an id has the same hash beside a longer one as beside a shorter one.
        mixed = np.where(column != 0, step ^ (step >> FOLD), mixed)
    return mixed


def fresh(batch: Hashes, seen: Runs[Hashes]) -> NDArray[np.bool_]:
    """Return which of `batch` were not seen before; of two alike in the batch, the first."""
    distinct, first = np.unique(batch, return_index=True)
    new = np.ones(len(distinct), bool)
    for run in seen:
        places = np.minimum(np.searchsorted(run, distinct), len(run) - 1)
        new &= run[places] != distinct
    mask = np.zeros(len(batch), bool)
    mask[first[new]] = True
    return mask


def merged(one: Hashes, other: Hashes) -> Hashes:
    """Return two sorted runs as one."""
    both = np.concatenate((one, other))
    both.sort(kind="stable")
    return both


def new_runs() -> Runs[Hashes]:
    """Return a day's runs of hashes, empty."""
    return Runs(merged, len)
