"""What a measure is. Increments add up, so facts may come late, twice removed or in another order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from msgspec import Struct

from shared.topic import Event

E = TypeVar("E", bound=Event, contravariant=True)
M = TypeVar("M", bound=Struct)
L = TypeVar("L", bound=Struct)


class Cell(Struct, frozen=True, order=True):
    """Where something counts: a month, a county, who answers for it, and why."""

    month: str
    region: str
    staff_id: str = ""
    """Empty: the county's queue, nobody in person."""
    factor: str = ""
    """What it was put down to; empty where a measure does not ask."""


class Nothing(Struct, frozen=True):
    """The memory and the limits of a measure that needs none."""


@dataclass(frozen=True, slots=True)
class Increment:
    """What is added to a cell; a negative one takes back what turned out otherwise."""

    cell: Cell
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Generic[E, M, L]):
    """A number kept by month, county and person. Its memory is of one customer."""

    id: str
    requirement: str
    says: str
    """What is counted, one line for the data dictionary."""
    hears: tuple[type[Event], ...]
    fresh: M
    limits: L
    """Defaults; policy `kpi.<id>` overrides fields."""
    step: Callable[[M, E, L], tuple[M, tuple[Increment, ...]]]
    due: Callable[[M], date | None] = lambda _: None
    """The day after which the memory wants to hear that it passed; None: no day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A quotient of measures; where the divisor is 0 there is none."""

    id: str
    requirement: str
    says: str
    dividend: tuple[str, ...]
    """Measures that are added up."""
    divisor: tuple[str, ...]
    less: tuple[str, ...] = ()
    """Measures that are taken from the divisor."""


AnyMeasure = Measure[Any, Any, Any]
