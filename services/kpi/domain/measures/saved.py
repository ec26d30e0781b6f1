"""Saves that are still true: the customer said to stay, and the subscription was still held when the period was over.

A subscription that turns out to have ended within the period takes its save back, however late the CRM tells it.
"""

from datetime import date, datetime, timedelta

from msgspec import Struct, structs

from services.kpi.domain.measure import Cell, Increment, Measure
from shared.calendar import local_date, month_of
from shared.events.day_passed import DayPassed
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.warning_settled import WarningSettled
from shared.policy import Days
from shared.topic import Event

KEPT = timedelta(days=400)


class Limits(Struct, frozen=True, kw_only=True):
    """Policy `kpi.saved`."""

    period_days: Days = 30
    """For so long the customer must have stayed after the contact."""


class Save(Struct, frozen=True, kw_only=True):
    """One warning whose customer was retained."""

    subscription_id: str
    cell: Cell
    retained_at: datetime
    due_at: datetime
    counted: bool = False


class Memory(Struct, frozen=True):
    """The customer's saves, by warning, and when their subscriptions ended."""

    saves: dict[str, Save] = {}
    ended: dict[str, datetime] = {}


def step(memory: Memory, event: Event, limits: Limits) -> tuple[Memory, tuple[Increment, ...]]:
    """Note a save, count it when its period is over, take it back when the subscription ended within it."""
    match event:
        case WarningSettled(state="worked", outcome="retained"):
            return _noted(memory, event, limits), ()
        case SubscriptionRecorded(ended_at=datetime() as ended_at):
            return _ended(memory, event.subscription_id, ended_at)
        case DayPassed():
            return _counted(memory, event.day)
    return memory, ()


def _noted(memory: Memory, event: WarningSettled, limits: Limits) -> Memory:
    save = Save(
        subscription_id=event.subscription_id,
        cell=Cell(month_of(event.raised_at), event.region, event.staff_id or ""),
        retained_at=event.occurred_at,
        due_at=event.occurred_at + timedelta(days=limits.period_days),
    )
    return structs.replace(memory, saves=_kept(memory.saves | {event.warning_id: save}))


def _ended(memory: Memory, subscription_id: str, ended_at: datetime) -> tuple[Memory, tuple[Increment, ...]]:
    after = structs.replace(memory, ended=memory.ended | {subscription_id: ended_at})
    broken = {w: s for w, s in memory.saves.items() if s.counted and _broken(s, after.ended)}
    taken_back = {warning: structs.replace(save, counted=False) for warning, save in broken.items()}
    return (
        structs.replace(after, saves=after.saves | taken_back),
        tuple(Increment(save.cell, -1) for save in broken.values()),
    )


def _counted(memory: Memory, day: date) -> tuple[Memory, tuple[Increment, ...]]:
    """Count what is due; a save once counted, or broken, is not looked at again."""
    due = {w: s for w, s in memory.saves.items() if _open(s, memory.ended) and local_date(s.due_at) <= day}
    counted = {warning: structs.replace(save, counted=True) for warning, save in due.items()}
    return (
        structs.replace(memory, saves=memory.saves | counted),
        tuple(Increment(save.cell, 1) for save in due.values()),
    )


def due(memory: Memory) -> date | None:
    """Return the day on which the next save is due."""
    return min((local_date(save.due_at) for save in memory.saves.values() if _open(save, memory.ended)), default=None)


def _open(save: Save, ended: dict[str, datetime]) -> bool:
    return not save.counted and not _broken(save, ended)


def _broken(save: Save, ended: dict[str, datetime]) -> bool:
    ended_at = ended.get(save.subscription_id)
    return ended_at is not None and ended_at <= save.due_at


def _kept(saves: dict[str, Save]) -> dict[str, Save]:
    newest = max(save.retained_at for save in saves.values())
    return {warning: save for warning, save in saves.items() if save.retained_at > newest - KEPT}


MEASURE = Measure(
    id="saved",
    requirement="K1",
    says="warnings whose customer was retained and still there when the policy period was over",
    hears=(WarningSettled, SubscriptionRecorded, DayPassed),
    fresh=Memory(),
    limits=Limits(),
    step=step,
    due=due,
)
