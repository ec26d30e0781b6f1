"""What a simulation plays: a made-up operator from a seed, or real records of the past."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from services.intake.domain.simulator.staff import Person
from services.intake.domain.simulator.truth import Departure
from services.intake.domain.simulator.world import Scene
from shared.topic import Event


class Script(Protocol):
    """What happens on each day, who works there, and what is true behind it."""

    @property
    def scene(self) -> Scene:
        """Return where the simulation stands."""
        ...

    def people(self) -> list[Person]:
        """Return everybody with a login."""
        ...

    def truth(self, customer_id: str) -> Departure | None:
        """Return a customer's departure; None: they stay."""
        ...

    def divisions(self) -> Iterable[Event]:
        """Return the tree of regions, which comes before the people."""
        ...

    def history(self) -> Iterator[Iterable[Event]]:
        """Yield what was before the first day, in batches: each is heard by all before the next one is told."""
        ...

    def dawn(self) -> Iterable[Event]:
        """Return what the day begins with: that yesterday passed, bills."""
        ...

    def daytime(self) -> Iterable[Event]:
        """Return what happens before people are called."""
        ...

    def evening(self) -> Iterable[Event]:
        """Return what happens after that."""
        ...
