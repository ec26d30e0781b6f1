"""Luck that follows from a seed and a name: the same question always gets the same answer."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def draw(*name: object) -> float:
    """Return a number from 0 up to 1 for `name`, whose first part is the seed."""
    digest = blake2b("\x00".join(map(str, name)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def choose(among: Sequence[T], *name: object) -> T:
    """Return one of `among`."""
    return among[int(draw(*name) * len(among))]


def weighted(among: Sequence[tuple[T, float]], *name: object) -> T:
    """Return one of `among` by weight; the weights need not add up to anything."""
    rest = draw(*name) * sum(weight for _, weight in among)
    for each, weight in among:
        rest -= weight
        if rest < 0:
            return each
    return among[-1][0]


def between(low: int, high: int, *name: object) -> int:
    """Return a whole number from `low` through `high`."""
    return low + int(draw(*name) * (high - low + 1))
