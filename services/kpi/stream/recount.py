"""The recount: the archive read from its beginning, counted afresh, and held against the counters."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from services.kpi.domain.catalogue import all_measures
from services.kpi.domain.count import Memory, count, due_on
from services.kpi.domain.measure import Cell
from services.kpi.stream.hear import HEARD, customer_of
from shared import archive, codec
from shared.calendar import days, start_of
from shared.catalogue import topics
from shared.codec import RefusedRecordError
from shared.events.day_passed import DayPassed
from shared.policy import PolicyBook
from shared.topic import Event

Counters = dict[tuple[str, Cell], int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that the recount gives another value."""

    measure: str
    cell: Cell
    kept: int
    recounted: int


def archived_events(folder: Path) -> Iterable[Event]:
    """Yield what KPI hears, each event once, as the archive holds it; what KPI itself refused is left out."""
    seen: set[tuple[str, str]] = set()
    for record in archive.read(folder, [topic.name for topic in HEARD]):
        try:
            event = codec.decode(topics()[record.topic], record.value, record.ce_type)
        except RefusedRecordError:
            continue
        if (record.topic, event.id) not in seen:
            seen.add((record.topic, event.id))
            yield event


def recounted(events: Iterable[Event], policy: PolicyBook, swept_through: date | None) -> Counters:
    """Return the counters that `events` add up to, once every day up to `swept_through` has passed."""
    measures = all_measures()
    memories: dict[str, Memory] = defaultdict(dict)
    totals: Counter[tuple[str, Cell]] = Counter()

    def take(customer: str, event: Event) -> None:
        counted = count(measures, policy, memories[customer], event)
        memories[customer] = counted.memory
        for measure, increment in counted.increments:
            totals[measure, increment.cell] += increment.value

    for event in events:
        if not isinstance(event, DayPassed) and (customer := customer_of(event)):
            take(customer, event)
    for customer, memory in list(memories.items()):
        first = due_on(measures, memory)
        if first and swept_through and first <= swept_through:
            for day in days(first, (swept_through - first).days + 1):
                take(customer, DayPassed(id=f"due:{day}", occurred_at=start_of(day), day=day))
    return {key: value for key, value in totals.items() if value}


def differences(kept: Mapping[tuple[str, Cell], int], afresh: Mapping[tuple[str, Cell], int]) -> list[Difference]:
    """Return where the counters and the recount disagree."""
    keys = sorted({*kept, *afresh})
    return [
        Difference(measure, cell, kept.get((measure, cell), 0), afresh.get((measure, cell), 0))
        for measure, cell in keys
        if kept.get((measure, cell), 0) != afresh.get((measure, cell), 0)
    ]
