"""Warnings of customers who are left alone on purpose (B3): they are no failure of anybody."""

from services.kpi.domain.measure import Cell, Increment, Measure, Nothing
from shared.calendar import month_of
from shared.events.warning_settled import WarningSettled


def step(memory: Nothing, event: WarningSettled, limits: Nothing) -> tuple[Nothing, tuple[Increment, ...]]:
    """Count a warning that came into the state."""
    if event.state != "held_out":
        return memory, ()
    return memory, (Increment(Cell(month_of(event.raised_at), event.region, event.staff_id or ""), 1),)


MEASURE = Measure(
    id="held_out",
    requirement="B3",
    says="warnings of customers in the permanent holdout",
    hears=(WarningSettled,),
    fresh=Nothing(),
    limits=Nothing(),
    step=step,
)
