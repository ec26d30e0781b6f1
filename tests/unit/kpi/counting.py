"""Facts about one customer in, counters out."""

from collections import Counter
from collections.abc import Iterable

from services.kpi.domain.catalogue import all_measures
from services.kpi.domain.count import Memory, count
from services.kpi.domain.measure import Cell
from shared.policy import PolicyBook
from shared.topic import Event

Cells = dict[Cell, int]


def counted(events: Iterable[Event], policy: PolicyBook | None = None) -> dict[str, Cells]:
    """Return every measure's cells that are not 0, once `events` were heard in their order."""
    memory: Memory = {}
    totals: Counter[tuple[str, Cell]] = Counter()
    for event in events:
        now = count(all_measures(), policy or PolicyBook(), memory, event)
        memory = now.memory
        for measure, increment in now.increments:
            totals[measure, increment.cell] += increment.value
    cells: dict[str, Cells] = {measure.id: {} for measure in all_measures()}
    for (measure, cell), value in totals.items():
        if value:
            cells[measure][cell] = value
    return cells
