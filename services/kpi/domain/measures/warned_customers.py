"""Customers warned of, each once a month and county however many warnings came."""

from msgspec import Struct

from services.kpi.domain.measure import Cell, Increment, Measure, Nothing
from shared.calendar import month_of
from shared.events.warning_settled import WarningSettled

MONTHS_KEPT = 24


class Memory(Struct, frozen=True):
    """Months and counties in which the customer was counted."""

    counted: tuple[tuple[str, str], ...] = ()


def step(memory: Memory, event: WarningSettled, limits: Nothing) -> tuple[Memory, tuple[Increment, ...]]:
    """Count the customer with the first warning of a month."""
    where = (month_of(event.raised_at), event.region)
    if where in memory.counted:
        return memory, ()
    counted = tuple(sorted((*memory.counted, where)))[-MONTHS_KEPT:]
    return Memory(counted), (Increment(Cell(*where), 1),)


MEASURE = Measure(
    id="warned_customers",
    requirement="K1",
    says="customers of the target population with a warning in the month",
    hears=(WarningSettled,),
    fresh=Memory(),
    limits=Nothing(),
    step=step,
)
