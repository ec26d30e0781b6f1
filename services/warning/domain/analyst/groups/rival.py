"""Where the customer looked for another operator."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from services.warning.domain.analyst.journal import Entry, Group, Subject
from shared.calendar import local_date
from shared.events.porting_progressed import PortingProgressed, PortingStep
from shared.events.signal_heard import SignalHeard, SignalKind
from shared.topic import SubscriberEvent

WINDOW = timedelta(days=30)


class Turned(Entry, frozen=True):
    """A turn to another operator, as the journal keeps it."""

    signal: SignalKind | None
    """None: it was a step of porting."""
    step: PortingStep | None
    operator: str | None


class Rival(Struct, frozen=True, kw_only=True):
    """Calls to rivals' hotlines, legs forwarded to rivals, and steps of porting."""

    hotline_calls_30d: int
    """Calls to rivals' hotlines within thirty days, at most sixteen."""
    forwarded_legs_30d: int
    """Call legs forwarded to rivals' numbers within thirty days, at most sixteen."""
    operator: str | None = None
    """Whose hotline or number it was last, or to whom the number was to be ported."""
    porting_step: PortingStep | None = None
    """The latest step of porting."""
    porting_days: int | None = None
    """Days since that step."""


def note(event: SignalHeard | PortingProgressed) -> Turned:
    """Keep what was done and towards whom, not which number was called."""
    if isinstance(event, SignalHeard):
        return Turned(event.occurred_at, event.kind, None, event.operator)
    return Turned(event.occurred_at, None, event.step, event.to_operator)


def view(subject: Subject, entries: Sequence[Turned]) -> Rival:
    """Return what was done until the subject's moment."""
    recent = [each.signal for each in entries if each.at > subject.at - WINDOW]
    last = next((each for each in reversed(entries) if each.step), None)
    return Rival(
        hotline_calls_30d=recent.count("rival_hotline"),
        forwarded_legs_30d=recent.count("rival_forwarded_leg"),
        operator=next((each.operator for each in reversed(entries) if each.operator), None),
        porting_step=last.step if last else None,
        porting_days=(local_date(subject.at) - local_date(last.at)).days if last else None,
    )


HEARD: tuple[type[SubscriberEvent], ...] = (SignalHeard, PortingProgressed)
GROUP: Group[Turned] = Group(id="rival", hears=HEARD, features=Rival, entry=Turned, note=note, view=view)
