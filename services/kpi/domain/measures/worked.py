"""Work items that were worked to their end."""

from services.kpi.domain.measure import Cell, Increment, Measure, Nothing
from shared.calendar import month_of
from shared.events.work_item_closed import WorkItemClosed


def step(memory: Nothing, event: WorkItemClosed, limits: Nothing) -> tuple[Nothing, tuple[Increment, ...]]:
    """Count an item that somebody worked."""
    if event.state != "worked":
        return memory, ()
    return memory, (Increment(Cell(month_of(event.occurred_at), event.home_region, event.staff_id or ""), 1),)


MEASURE = Measure(
    id="worked",
    requirement="K1",
    says="work items worked to their end, by the month of the last contact",
    hears=(WorkItemClosed,),
    fresh=Nothing(),
    limits=Nothing(),
    step=step,
)
