"""Names that come again and again, as small numbers: a day's cells."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class Names(dict[str | None, int]):
    """The place of each name, in the order in which they came first; no name has the place -1."""

    def __missing__(self, name: str | None) -> int:
        """Give a new name the next place."""
        if name is None:
            return -1
        self[name] = place = len(self)
        return place

    def codes(self, names: Iterable[str | None]) -> NDArray[np.int64]:
        """Return the place of each name; new ones get one."""
        return np.array(list(map(self.__getitem__, names)), np.int64)

    def listed(self) -> list[str]:
        """Return the names by their places."""
        return [name for name in self if name is not None]
