"""From gathered numbers to the columns that are searched, without a profile of anybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from services.warning.domain.reentry.columns import NONE, Both, Columns, People, Sizes
from services.warning.domain.reentry.gather import Active, Gathered
from services.warning.domain.reentry.profiles import About
from services.warning.domain.reentry.relation import highest_bits
from services.warning.domain.reentry.sparse import Codes, Ints, Sparse
from services.warning.domain.sieve.pairs import Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What CRM tells, by number without its plus."""

    new: Mapping[int, About]
    """The newly activated ones, each with its day of activation."""
    old: Mapping[int, About]
    """Others of which there is something to tell: they are suspended, or a new number's customer holds them."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers as words, read as E.164."""

    words: Ints

    def __getitem__(self, place: int) -> str:
        """Return the number at `place`."""
        return f"+{self.words[place]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """What codes stand for."""

    peers: Ints
    cells: Ints
    handsets: Ints
    identities: Mapping[str, int]
    agents: Mapping[str, int]


def people_among(shards: list[Gathered], told: Told, since: date, days: int) -> People:
    """Return the new numbers, by number, and all others, shard by shard, in a window of `days` from `since`.

    The list is empty after it: each shard is let go of as it becomes columns, for they are what memory is needed for.
    """
    new = np.array(sorted(told.new), np.int64)
    books = _Books(
        peers=_distinct(each.circle.others for each in shards),
        cells=_distinct(each.cells.others for each in shards),
        handsets=_distinct(each.handsets.others for each in shards),
        identities=_coded(each.identity for each in (*told.new.values(), *told.old.values())),
        agents=_coded(each.agent for each in told.new.values()),
    )
    begun = _joined([_only(each, new, others=False) for each in shards])
    rest: list[Columns] = []
    numbers: list[Ints] = []
    while shards:
        others = _only(shards.pop(), new, others=True)
        numbers.append(others.active.numbers)
        rest.append(_columns(others, told.old, books, since))
    sizes = Sizes(
        peers=len(books.peers),
        cells=len(books.cells),
        handsets=len(books.handsets),
        identities=len(books.identities),
        agents=len(books.agents),
    )
    both = Both(new=_columns(begun, told.new, books, since), old=_stacked(rest), sizes=sizes, days=days)
    old = Numbers(np.concatenate(numbers))
    return People(both=both, since=since, new=Numbers(begun.active.numbers), old=old, peers=Numbers(books.peers))


def _distinct(columns: Iterable[Ints | Codes]) -> Ints:
    known = np.empty(0, np.int64)
    for column in columns:
        known = np.union1d(known, column)
    return known


def _coded(names: Iterable[str | None]) -> dict[str, int]:
    return {name: code for code, name in enumerate(sorted(set(filter(None, names))))}


def _only(gathered: Gathered, new: Ints, *, others: bool) -> Gathered:
    """Return the part of the new numbers, or of all others."""

    def chosen(numbers: Ints) -> Ints:
        return np.flatnonzero(np.isin(numbers, new) ^ others)

    rows = chosen(gathered.active.numbers)
    active = Active(gathered.active.numbers[rows], gathered.active.bits[rows])
    circle, cells, handsets = (
        each[chosen(each.numbers)] for each in (gathered.circle, gathered.cells, gathered.handsets)
    )
    return Gathered(active, circle, cells, handsets)


def _joined(parts: Sequence[Gathered]) -> Gathered:
    """Return parts with different numbers as one; its numbers rise, its pairs lie as they come."""
    numbers = np.concatenate([each.active.numbers for each in parts])
    bits = np.concatenate([each.active.bits for each in parts])
    order = np.argsort(numbers)
    circle, cells, handsets = (
        _chained([getattr(each, name) for each in parts]) for name in ("circle", "cells", "handsets")
    )
    return Gathered(Active(numbers[order], bits[order]), circle, cells, handsets)


def _chained(parts: Sequence[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([each.numbers for each in parts]),
        np.concatenate([each.others for each in parts]),
        np.concatenate([each.weights for each in parts]),
    )


def _columns(gathered: Gathered, about: Mapping[int, About], books: _Books, since: date) -> Columns:
    numbers, active = gathered.active.numbers, gathered.active.bits
    told = np.flatnonzero(np.isin(numbers, np.array(list(about), np.int64))).tolist()
    first, agent = highest_bits(active & (~active + np.uint64(1))), np.full(len(numbers), NONE, np.int32)
    suspended, identity = np.zeros(len(numbers), np.bool_), np.full(len(numbers), NONE, np.int32)
    for place in told:
        each = about[int(numbers[place])]
        suspended[place] = each.suspended_on is not None
        first[place] = (each.activated_on - since).days if each.activated_on else first[place]
        agent[place] = books.agents.get(each.agent or "", NONE)
        identity[place] = books.identities.get(each.identity or "", NONE)
    return Columns(
        circle=_sparse(gathered.circle, numbers, books.peers),
        cells=_sparse(gathered.cells, numbers, books.cells),
        handsets=_once(_sparse(gathered.handsets, numbers, books.handsets)),
        identities=_at_most_one(identity),
        own=_own(numbers, books.peers),
        agent=agent,
        first=first.astype(np.int16),
        active=active,
        suspended=suspended,
    )


def _own(numbers: Ints, peers: Ints) -> Codes:
    place = np.searchsorted(peers, numbers)
    met = np.append(peers, 0)[place] == numbers
    return np.where(met, place, NONE).astype(np.int32)


def _sparse(pairs: Pairs, numbers: Ints, book: Ints) -> Sparse:
    rows, codes = np.searchsorted(numbers, pairs.numbers), np.searchsorted(book, pairs.others)
    order = np.lexsort((codes, rows))
    start = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(numbers)))))
    return Sparse(start, codes[order].astype(np.int32), pairs.weights[order, 0].astype(np.float32))


def _once(rows: Sparse) -> Sparse:
    """Return rows in which each column weighs 1."""
    return Sparse(rows.start, rows.index, np.ones(len(rows.index), np.float32))


def _at_most_one(codes: Codes) -> Sparse:
    start = np.concatenate(([0], np.cumsum(codes != NONE)))
    index = codes[codes != NONE]
    return Sparse(start, index, np.ones(len(index), np.float32))


def _stacked(parts: Sequence[Columns]) -> Columns:
    """Return columns one under the other."""
    return Columns(
        circle=_under([each.circle for each in parts]),
        cells=_under([each.cells for each in parts]),
        handsets=_under([each.handsets for each in parts]),
        identities=_under([each.identities for each in parts]),
        own=np.concatenate([each.own for each in parts]),
        agent=np.concatenate([each.agent for each in parts]),
        first=np.concatenate([each.first for each in parts]),
        active=np.concatenate([each.active for each in parts]),
        suspended=np.concatenate([each.suspended for each in parts]),
    )


def _under(parts: Sequence[Sparse]) -> Sparse:
    lengths = np.concatenate([np.diff(each.start) for each in parts])
    return Sparse(
        np.concatenate(([0], np.cumsum(lengths))),
        np.concatenate([each.index for each in parts]),
        np.concatenate([each.weight for each in parts]),
    )
