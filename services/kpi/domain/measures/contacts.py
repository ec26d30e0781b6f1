"""Contacts reported, reached or not."""

from services.kpi.domain.measure import Cell, Increment, Measure, Nothing
from shared.calendar import month_of
from shared.events.contact_reported import ContactReported


def step(memory: Nothing, event: ContactReported, limits: Nothing) -> tuple[Nothing, tuple[Increment, ...]]:
    """Count every contact."""
    return memory, (Increment(Cell(month_of(event.occurred_at), event.region, event.staff_id), 1),)


MEASURE = Measure(
    id="contacts",
    requirement="K1",
    says="calls and visits reported",
    hears=(ContactReported,),
    fresh=Nothing(),
    limits=Nothing(),
    step=step,
)
