"""A day's pieces as bytes, to be stored and added up again: columns of little-endian words, each with its type."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.warning.domain.sieve.day import NO_CELLS, NO_PEERS, Day, Piece
from services.warning.domain.sieve.pairs import Pairs
from services.warning.domain.sieve.pairs import summed as pairs_summed
from services.warning.domain.sieve.seen import NONE
from services.warning.domain.sieve.tally import EMPTY, Numbers, Tally

ROWS_MAX = 400_000
"""Longer runs are cut, so that no value comes near PostgreSQL's limit of 1 GB."""


class Column(Struct, array_like=True):
    """One column."""

    type: str
    """As numpy writes it: byte order, kind, bytes a value."""
    width: int
    """Values a row; 0: one, in an array without a second dimension."""
    content: bytes


class Stored(Struct, array_like=True):
    """What a segment holds."""

    columns: tuple[Column, ...]
    names: list[str] = []
    """Of cells; the rows hold places in it."""


def segments(day: Day, piece: Piece) -> Iterator[tuple[str, bytes]]:
    """Yield kind and content of each segment that holds some of `piece`, which is a piece of `day`."""
    for tally in _cut(piece.tally):
        columns = (tally.numbers, tally.counts, tally.bytes, tally.handsets, tally.seen_s)
        yield "tally", _packed(columns)
    for circle in _cut(piece.circle):
        yield "circle", _packed((circle.numbers, circle.others, circle.weights))
    listed = day.names.listed() if len(piece.cells) else []
    for cells in _cut(piece.cells):
        codes, places = np.unique(cells.others, return_inverse=True)
        yield (
            "cells",
            _packed((cells.numbers, places.astype(np.int32), cells.weights), [listed[code] for code in codes]),
        )
    for ids in _cut(piece.ids):
        yield "seen", _packed((ids,))


def packed_numbers(numbers: Numbers) -> bytes:
    """Return numbers as a segment holds them."""
    return _packed((numbers,))


def numbers_in(content: bytes) -> Numbers:
    """Return the numbers that a segment holds."""
    return _columns(_decoder.decode(content))[0]


def hold(day: Day, kind: str, content: bytes) -> None:
    """Add a stored segment to what `day` knows.

    Raises:
        ValueError: nobody knows this kind of segment.
    """
    stored = _decoder.decode(content)
    columns = _columns(stored)
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


_decoder = msgspec.msgpack.Decoder(Stored)


def _packed(columns: Sequence[NDArray[Any]], names: Sequence[str] = ()) -> bytes:
    return msgspec.msgpack.encode(Stored(tuple(map(_column, columns)), list(names)))


def _column(values: NDArray[Any]) -> Column:
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return Column(little.dtype.str, values.shape[1] if values.ndim == 2 else 0, little.tobytes())


def _columns(stored: Stored) -> list[NDArray[Any]]:
    found = [(np.frombuffer(column.content, column.type), column.width) for column in stored.columns]
    return [values.reshape(-1, width) if width else values for values, width in found]
