"""What the sieve's memory costs, by part: the promise is in bytes a subscriber beside circle and ids seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.warning.domain.sieve.day import Day
from services.warning.domain.sieve.lot import Lot

NAME_BYTES = 150
"""Of a cell's name with its place in a dictionary, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes."""

    tallies: int
    cells: int
    circle: int
    ids: int

    def __add__(self, other: "Memory") -> "Memory":
        """Return both together."""
        return Memory(
            tallies=self.tallies + other.tallies,
            cells=self.cells + other.cells,
            circle=self.circle + other.circle,
            ids=self.ids + other.ids,
        )

    @property
    def beside(self) -> int:
        """Return what is neither circle nor ids seen."""
        return self.tallies + self.cells


def memory(lots: Iterable[Lot]) -> Memory:
    """Return what `lots` hold in their runs; what is new since a checkpoint lies there too until it is written."""
    days = (_of(day) for lot in lots for day in lot.days.values())
    return sum(days, Memory(tallies=0, cells=0, circle=0, ids=0))


def _of(day: Day) -> Memory:
    return Memory(
        tallies=sum(run.nbytes for run in day.tallies),
        cells=sum(run.nbytes for run in day.cells) + NAME_BYTES * len(day.names),
        circle=sum(run.nbytes for run in day.circle),
        ids=sum(run.nbytes for run in day.ids),
    )
