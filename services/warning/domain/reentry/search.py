"""Every pair of a new and an old number whose score may matter, with all its terms.

A score is the chance that not all of its terms mislead, 1 - product of (1 - weight x term): each term can only add.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.reentry.columns import Both
from services.warning.domain.reentry.join import Index, Kinds, Pairs, cosines, held, pairs, postings
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.relation import Lives, Relation, Rivals, lives_of, relations, rivals_of
from services.warning.domain.reentry.sparse import Floats, Sparse
from services.warning.domain.reentry.weights import surprise, unit

BLOCK_TIES = 1_000_000
"""Old numbers are taken in blocks of about so many ties: what is held beside the columns is of this size."""
DIGITS = 6
"""Scores are told to so many digits, so that sums of single precision in another order are the same."""


@dataclass(frozen=True, slots=True)
class Search:
    """The new numbers as an inverted index, and what all blocks need to know of the old ones."""

    both: Both
    limits: Limits
    index: Index
    cells: Sparse
    """Of the new numbers, as unit rows."""
    cell_nats: Floats
    lives: Lives
    rivals: Rivals


def search(both: Both, limits: Limits, block_ties: int = BLOCK_TIES) -> tuple[Pairs, int]:
    """Return the pairs whose standing may matter, and how many pairs shared anything that counts."""
    prepared = _prepared(both, limits)
    blocks = [_block(prepared, begin, end) for begin, end in _blocks(both.old.circle, block_ties)]
    return np.concatenate([kept for kept, _ in blocks]), sum(count for _, count in blocks)


def _prepared(both: Both, limits: Limits) -> Search:
    new, old, sizes = both.new, both.old, both.sizes
    peers = surprise(new.circle, old.circle, sizes.peers, limits.holders_max)
    handsets = surprise(new.handsets, old.handsets, sizes.handsets, limits.holders_max)
    identities = surprise(new.identities, old.identities, sizes.identities, limits.holders_max)
    # Neighbours are many, and share a cell: none is cut, and the more are in it the less it says.
    cells = surprise(new.cells, old.cells, sizes.cells, None)
    index = (
        postings(unit(new.circle, peers, limits.doubt), peers),
        postings(new.handsets, handsets),
        postings(new.identities, identities),
    )
    lives = lives_of(old, both.days)
    return Search(both, limits, index, unit(new.cells, cells, 0.0), cells, lives, rivals_of(lives, limits))


def _blocks(ties: Sparse, block_ties: int) -> Iterator[tuple[int, int]]:
    """Yield row ranges of about `block_ties` ties each; at least one, however few rows there are."""
    begin = 0
    while True:
        wanted = ties.start[begin] + block_ties
        end = max(int(np.searchsorted(ties.start, wanted, side="right")) - 1, begin + 1)
        yield begin, min(end, len(ties))
        begin = end
        if begin >= len(ties):
            return


def _block(search: Search, begin: int, end: int) -> tuple[Pairs, int]:
    """Hold the old numbers from row `begin` to before `end` against all new ones."""
    old = search.both.old
    met = pairs(search.index, _kinds(search, begin, end))
    found = met[_hopeful(met, search.limits)]
    first = search.both.new.first[found["new"]].astype(np.int64)
    lives = search.lives.at(found["old"] + begin)
    found["relation"] = relations(first, lives, search.limits)
    found["rivals"] = search.rivals.of(found["relation"], first, lives.last)
    near = found[found["relation"] != Relation.UNTOLD]
    strangers = near[~_friends(search.both, near, begin, end)]
    _score(search, strangers, old.cells.part(begin, end))
    kept = strangers[strangers["standing"] >= search.limits.score_min - search.limits.margin_min]
    kept["old"] += begin
    return kept, len(met)


def _hopeful(found: Pairs, limits: Limits) -> NDArray[np.bool_]:
    """Tell which pairs could matter if they shared all their cells: few of those that share anything."""
    beyond = min(limits.second_number_score_min - limits.score_min, 0.0)
    hopeful: NDArray[np.bool_] = _scores(found, limits, 1.0) >= limits.score_min - limits.margin_min + beyond
    return hopeful


def _kinds(search: Search, begin: int, end: int) -> Kinds:
    old = search.both.old
    circle = unit(old.circle.part(begin, end), search.index[0].nats, search.limits.doubt)
    return circle, old.handsets.part(begin, end), old.identities.part(begin, end)


def _friends(both: Both, found: Pairs, begin: int, end: int) -> NDArray[np.bool_]:
    """Tell whose two numbers, both alive, call one another: friends do, and nobody does so alone."""
    new, old, peers = both.new, both.old, both.sizes.peers
    calls = held(new.circle, peers, found["new"], old.own[found["old"] + begin].astype(np.int64))
    called = held(old.circle.part(begin, end), peers, found["old"], new.own[found["new"]].astype(np.int64))
    alive: NDArray[np.bool_] = found["relation"] == Relation.ALIVE
    return alive & (calls + called > 0)


def _score(search: Search, found: Pairs, old_cells: Sparse) -> None:
    """Fill in what the terms come to."""
    limits = search.limits
    found["cells"] = cosines(search.cells, unit(old_cells, search.cell_nats, 0.0), search.both.sizes.cells, found)
    found["score"] = np.round(_scores(found, limits, found["cells"]), DIGITS)
    beyond = limits.second_number_score_min - limits.score_min
    found["standing"] = np.round(found["score"] - beyond * (found["relation"] == Relation.ALIVE), DIGITS)


def _scores(found: Pairs, limits: Limits, cells: Floats | float) -> Floats:
    misled: Floats = (
        (1 - found["circle"])
        * (1 - limits.handset_weight * found["handset"])
        * (1 - limits.identity_weight * found["identity"])
        * (1 - limits.cells_weight * cells)
    )
    return 1 - misled
