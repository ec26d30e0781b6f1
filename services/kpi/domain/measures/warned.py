"""Warnings of the target population, each under whoever answers for it."""

from services.kpi.domain.measure import Cell, Increment, Measure, Nothing
from shared.calendar import month_of
from shared.events.warning_settled import WarningSettled


def step(memory: Nothing, event: WarningSettled, limits: Nothing) -> tuple[Nothing, tuple[Increment, ...]]:
    """Count a warning once, and move it to another person's cell when that person takes it over."""
    month = month_of(event.raised_at)
    here = Increment(Cell(month, event.region, event.staff_id or ""), 1)
    if event.previous is None:
        return memory, (here,)
    if event.staff_id == event.previous_staff_id:
        return memory, ()
    return memory, (here, Increment(Cell(month, event.region, event.previous_staff_id or ""), -1))


MEASURE = Measure(
    id="warned",
    requirement="K1",
    says="warnings of the target population, by the month they were raised in",
    hears=(WarningSettled,),
    fresh=Nothing(),
    limits=Nothing(),
    step=step,
)
