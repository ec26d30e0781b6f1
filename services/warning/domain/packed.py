"""Columns as bytes, to be stored and read again: little-endian words, each column with its type."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray


class Column(Struct, array_like=True):
    """One column."""

    type: str
    """As numpy writes it: byte order, kind, bytes a value."""
    width: int
    """Values a row; 0: one, in an array without a second dimension."""
    content: bytes


class Packed(Struct, array_like=True):
    """Columns side by side."""

    columns: tuple[Column, ...]
    names: list[str] = []
    """What the rows hold places in, where they do."""

    def read(self) -> list[NDArray[Any]]:
        """Return the columns."""
        found = [(np.frombuffer(column.content, column.type), column.width) for column in self.columns]
        return [values.reshape(-1, width) if width else values for values, width in found]


_decoder = msgspec.msgpack.Decoder(Packed)


def packed(columns: Sequence[NDArray[Any]], names: Sequence[str] = ()) -> bytes:
    """Return columns as bytes."""
    return msgspec.msgpack.encode(Packed(tuple(map(_column, columns)), list(names)))


def unpacked(content: bytes) -> Packed:
    """Return what `packed` made bytes of."""
    return _decoder.decode(content)


def _column(values: NDArray[Any]) -> Column:
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return Column(little.dtype.str, values.shape[1] if values.ndim == 2 else 0, little.tobytes())
