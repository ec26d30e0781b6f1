"""What a foreign format is: a reader that turns lines into events, and says of every other line why it did not."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from shared.topic import Event


class Line(Struct, frozen=True):
    """One line of a foreign file, as it stands there, without its end."""

    file: str
    number: int
    """Counted from 1, the header included."""
    text: str


class Source(Protocol):
    """The files that a reader is given."""

    @property
    def named(self) -> Mapping[str, str]:
        """Return the headings that whoever brings the files has named, by the format's fields."""
        ...

    def files(self) -> Sequence[str]:
        """Return the names of the files, in order."""
        ...

    def lines(self, file: str) -> Iterator[Line]:
        """Yield the lines of `file`.

        Raises:
            FileNotFoundError: there is no such file.
        """
        ...

    def content(self, file: str) -> bytes:
        """Return a file that has no lines, whole.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is larger than any that people made.
        """
        ...


class Taken(Struct, frozen=True):
    """Lines that were read, and the events that came of them: a bill comes of a month's lines, and of its last one."""

    events: tuple[Event, ...] = ()
    lines: int = 1


class Refused(Struct, frozen=True, kw_only=True):
    """A line that no event can be made of."""

    line: Line
    reason: str
    """A word to count by."""
    detail: str


Reading = Iterable[Taken | Refused]


@dataclass(frozen=True, slots=True)
class Money:
    """The unit in which a format's amounts are written."""

    currency: str = "CNY"
    fen: int = 100
    """What one unit becomes here; for a foreign currency a stated factor and no rate of exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A foreign format."""

    name: str
    """As it is written on the command line."""
    says: str
    """What is made of it and what is not, for people."""
    read: Callable[[Source], Reading]
    money: Money = Money()
    fields: tuple[str, ...] = ()
    """Fields whose headings may be named on the command line; empty: a format whose columns are fixed."""
