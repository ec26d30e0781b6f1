"""Contacts whose caller says that the customer stays: a claim, which `saved` holds against what came of it."""

from services.kpi.domain.measure import Cell, Increment, Measure, Nothing
from shared.calendar import month_of
from shared.events.contact_reported import ContactReported


def step(memory: Nothing, event: ContactReported, limits: Nothing) -> tuple[Nothing, tuple[Increment, ...]]:
    """Count a contact with the outcome retained."""
    if event.outcome != "retained":
        return memory, ()
    return memory, (Increment(Cell(month_of(event.occurred_at), event.region, event.staff_id), 1),)


MEASURE = Measure(
    id="retained",
    requirement="K1",
    says="contacts reported as retained",
    hears=(ContactReported,),
    fresh=Nothing(),
    limits=Nothing(),
    step=step,
)
