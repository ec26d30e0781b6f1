"""Numbers as columns, so that millions of them fit and are held against each other at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.reentry.profiles import Profile, Profiles
from services.warning.domain.reentry.sparse import Codes, Sparse, sparse

NONE: Final = -1
"""The code of what is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Numbers of one window; every array has a row a number, and both populations share the codes."""

    circle: Sparse
    """Calls by peer."""
    cells: Sparse
    """Records by cell."""
    handsets: Sparse
    identities: Sparse
    own: Codes
    """The code under which others have this number in their circles; -1: nobody has."""
    agent: Codes
    """-1: none."""
    first: NDArray[np.int16]
    """The day it began, counted from the window's first; negative: before the window."""
    active: NDArray[np.uint64]
    """Bit d: it did something on day d of the window."""
    suspended: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self.active)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many codes there are of each kind."""

    peers: int
    cells: int
    handsets: int
    identities: int
    agents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """New numbers and the old ones they are held against, in one window of `days` days."""

    new: Columns
    old: Columns
    sizes: Sizes
    days: int


class Names(Protocol):
    """What places stand for."""

    def __getitem__(self, place: int, /) -> str:
        """Return the name at `place`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Two populations, and what their rows and their peers are called."""

    both: Both
    since: date
    """The window's first day."""
    new: Names
    """Numbers by row."""
    old: Names
    peers: Names
    """By code."""


Codebook = Mapping[str, int]
WHAT: Mapping[str, Callable[[Profile], Mapping[str, float]]] = {
    "circle": lambda profile: {peer: tie.calls for peer, tie in profile.circle.items()},
    "cells": lambda profile: profile.cells,
    "handsets": lambda profile: dict.fromkeys(profile.handsets, 1.0),
    "identities": lambda profile: dict.fromkeys(filter(None, [profile.about.identity]), 1.0),
    "agents": lambda profile: dict.fromkeys(filter(None, [profile.about.agent]), 1.0),
}


def people_of(new: Profiles, old: Profiles) -> People:
    """Return two populations of the same window as columns, rows in the order of the numbers.

    Raises:
        ValueError: the windows are not the same.
    """
    if (new.since, new.until) != (old.since, old.until):
        raise ValueError(f"could not compare {new.since} to {new.until} with {old.since} to {old.until}")
    numbers = [*new.numbers.values(), *old.numbers.values()]
    books = {kind: _codebook(map(of, numbers)) for kind, of in WHAT.items()}
    sizes = Sizes(
        peers=len(books["circle"]),
        cells=len(books["cells"]),
        handsets=len(books["handsets"]),
        identities=len(books["identities"]),
        agents=len(books["agents"]),
    )
    days = (new.until - new.since).days + 1
    both = Both(new=_columns(new, books), old=_columns(old, books), sizes=sizes, days=days)
    named = tuple(sorted(numbers.numbers) for numbers in (new, old))
    return People(both=both, since=new.since, new=named[0], old=named[1], peers=list(books["circle"]))


def _ordered(profiles: Profiles) -> list[Profile]:
    """Return the profiles in the order of their columns' rows."""
    return [profiles.numbers[number] for number in sorted(profiles.numbers)]


def _codebook(named: Iterable[Mapping[str, float]]) -> Codebook:
    return {name: code for code, name in enumerate(sorted({name for names in named for name in names}))}


def _columns(profiles: Profiles, books: Mapping[str, Codebook]) -> Columns:
    numbers = _ordered(profiles)
    kinds = {kind: _sparse(numbers, of, books[kind]) for kind, of in WHAT.items()}
    since = profiles.since
    return Columns(
        circle=kinds["circle"],
        cells=kinds["cells"],
        handsets=kinds["handsets"],
        identities=kinds["identities"],
        own=np.array([books["circle"].get(profile.msisdn, NONE) for profile in numbers], np.int32),
        agent=np.array([books["agents"].get(profile.about.agent or "", NONE) for profile in numbers], np.int32),
        first=np.array([(profile.first - since).days for profile in numbers], np.int16),
        active=np.array([_bits(profile.active, since) for profile in numbers], np.uint64),
        suspended=np.array([profile.about.suspended_on is not None for profile in numbers], np.bool_),
    )


def _sparse(numbers: Sequence[Profile], of: Callable[[Profile], Mapping[str, float]], book: Codebook) -> Sparse:
    return sparse([sorted((book[name], weight) for name, weight in of(profile).items()) for profile in numbers])


def _bits(active: Iterable[date], since: date) -> int:
    return sum(1 << (day - since).days for day in active)
