"""The made-up operator as a script: everything follows from its seed, and from whom the calls persuaded."""

from collections.abc import Iterable, Iterator

from services.intake.domain.simulator import day, history
from services.intake.domain.simulator.staff import Person, staff
from services.intake.domain.simulator.truth import Departure
from services.intake.domain.simulator.world import World, departure
from shared.topic import Event


class Operator:
    """Plays `scene`, its world."""

    def __init__(self, world: World) -> None:
        self.scene = world

    def people(self) -> list[Person]:
        """Return everybody with a login."""
        return staff(self.scene.plan.seed)

    def truth(self, customer_id: str) -> Departure | None:
        """Return a customer's departure; None: they stay."""
        return departure(self.scene, int(customer_id[1:]))

    def divisions(self) -> Iterable[Event]:
        """Return the operator's tree."""
        return history.regions_defined(self.scene)

    def history(self) -> Iterator[Iterable[Event]]:
        """Yield the customers and their numbers, then their bills."""
        yield history.customers(self.scene)
        yield history.bills_before(self.scene)

    def dawn(self) -> Iterable[Event]:
        """Return that yesterday passed, and on the second of a month everybody's bill."""
        return day.dawn(self.scene)

    def daytime(self) -> Iterable[Event]:
        """Return traffic, payments and signs of leaving."""
        return day.daytime(self.scene)

    def evening(self) -> Iterable[Event]:
        """Return who leaves."""
        return day.evening(self.scene)
