"""Whether the number is out of service, and how often it was."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from services.warning.domain.analyst.journal import Entry, Group, Subject
from shared.calendar import local_date
from shared.events.suspension_changed import SuspensionAction, SuspensionChanged, SuspensionKind

WINDOW = timedelta(days=90)


class Changed(Entry, frozen=True):
    """A suspension's begin or end, as the journal keeps it."""

    kind: SuspensionKind
    action: SuspensionAction


class Suspension(Struct, frozen=True, kw_only=True):
    """The number's service, by its latest suspensions."""

    now: bool
    """Whether the number is suspended."""
    times_90d: int
    """Suspensions that began within ninety days, at most sixteen."""
    kind: SuspensionKind | None = None
    """Of the latest suspension, be it over or not."""
    days: int | None = None
    """Days since the latest suspension began."""


def note(event: SuspensionChanged) -> Changed:
    """Keep what changed."""
    return Changed(event.occurred_at, event.kind, event.action)


def view(subject: Subject, entries: Sequence[Changed]) -> Suspension:
    """Return the service as it was at the subject's moment."""
    begun = [each for each in entries if each.action == "suspended"]
    last = begun[-1] if begun else None
    return Suspension(
        now=bool(entries) and entries[-1].action == "suspended",
        times_90d=sum(each.at > subject.at - WINDOW for each in begun),
        kind=last.kind if last else None,
        days=(local_date(subject.at) - local_date(last.at)).days if last else None,
    )


GROUP: Group[Changed] = Group(
    id="suspension", hears=(SuspensionChanged,), features=Suspension, entry=Changed, note=note, view=view
)
