"""Contacts that ended with the customer leaving, by the reason that the caller judged: what next month learns from."""

from services.kpi.domain.measure import Cell, Increment, Measure, Nothing
from shared.calendar import month_of
from shared.events.contact_reported import ContactReported

FAILED = ("refused", "left")
NOT_SAID = "not_said"


def step(memory: Nothing, event: ContactReported, limits: Nothing) -> tuple[Nothing, tuple[Increment, ...]]:
    """Count a contact with the outcome refused or left, under its factor."""
    if event.outcome not in FAILED:
        return memory, ()
    factor = event.judged_reason or NOT_SAID
    return memory, (Increment(Cell(month_of(event.occurred_at), event.region, event.staff_id, factor), 1),)


MEASURE = Measure(
    id="failures",
    requirement="K2",
    says="contacts that ended with the customer refusing to stay or gone already, by the caller's reason",
    hears=(ContactReported,),
    fresh=Nothing(),
    limits=Nothing(),
    step=step,
)
