"""A day's pieces as bytes, to be stored and added up again."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from services.warning.domain.packed import packed, unpacked
from services.warning.domain.sieve.day import NO_CELLS, NO_PEERS, Day, Piece
from services.warning.domain.sieve.pairs import Pairs
from services.warning.domain.sieve.pairs import summed as pairs_summed
from services.warning.domain.sieve.seen import NONE
from services.warning.domain.sieve.tally import EMPTY, Numbers, Tally

ROWS_MAX = 400_000
"""Longer runs are cut, so that no value comes near PostgreSQL's limit of 1 GB."""


def segments(day: Day, piece: Piece) -> Iterator[tuple[str, bytes]]:
    """Yield kind and content of each segment that holds some of `piece`, which is a piece of `day`."""
    for tally in _cut(piece.tally):
        columns = (tally.numbers, tally.counts, tally.bytes, tally.handsets, tally.seen_s)
        yield "tally", packed(columns)
    for circle in _cut(piece.circle):
        yield "circle", packed((circle.numbers, circle.others, circle.weights))
    listed = day.names.listed() if len(piece.cells) else []
    for cells in _cut(piece.cells):
        codes, places = np.unique(cells.others, return_inverse=True)
        yield (
            "cells",
            packed((cells.numbers, places.astype(np.int32), cells.weights), [listed[code] for code in codes]),
        )
    for ids in _cut(piece.ids):
        yield "seen", packed((ids,))


def packed_numbers(numbers: Numbers) -> bytes:
    """Return numbers as a segment holds them."""
    return packed((numbers,))


def numbers_in(content: bytes) -> Numbers:
    """Return the numbers that a segment holds."""
    return unpacked(content).read()[0]


def hold(day: Day, kind: str, content: bytes) -> None:
    """Add a stored segment to what `day` knows.

    Raises:
        ValueError: nobody knows this kind of segment.
    """
    stored = unpacked(content)
    columns = stored.read()
    match kind:
        case "tally":
            piece = Piece(Tally(*columns), NO_PEERS, NO_CELLS, NONE)
        case "circle":
            piece = Piece(EMPTY, Pairs(*columns), NO_CELLS, NONE)
        case "cells":
            piece = Piece(EMPTY, NO_PEERS, _in_names_of(day, Pairs(*columns), stored.names), NONE)
        case "seen":
            piece = Piece(EMPTY, NO_PEERS, NO_CELLS, columns[0])
        case _:
            raise ValueError(f"could not read a segment of kind {kind}")
    day.hold(piece)


def _in_names_of(day: Day, cells: Pairs, names: list[str]) -> Pairs:
    """Return pairs whose places are those of the day's names; they are sorted again, for places decide their order."""
    from_here = day.names.codes(names).astype(np.int32)
    return pairs_summed(Pairs(cells.numbers, from_here[cells.others], cells.weights))


def _cut(rows: Any) -> Iterator[Any]:
    return (rows[start : start + ROWS_MAX] for start in range(0, len(rows), ROWS_MAX))
