"""What binds the number: the packages, handsets and deposits that were ordered for a term."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from services.warning.domain.analyst.journal import Entry, Group, Subject
from shared.calendar import local_date
from shared.events.agreement_recorded import AgreementKind, AgreementRecorded


class Recorded(Entry, frozen=True):
    """A record of an agreement, as the journal keeps it."""

    agreement_id: str
    kind: AgreementKind
    ends_on: date
    broken: bool


class Agreement(Struct, frozen=True, kw_only=True):
    """The number's agreements, by the latest record of each."""

    running: int
    """Agreements that run, at most sixteen."""
    broken: int
    """Agreements that were ended before their term."""
    kind: AgreementKind | None = None
    """Of the one that ends last; an agreement ended before its term does not count."""
    days_left: int | None = None
    """Days until the one that ends last does; 0 on its last day, below 0 once it has ended."""


def note(event: AgreementRecorded) -> Recorded:
    """Keep the record."""
    return Recorded(event.occurred_at, event.agreement_id, event.kind, event.ends_on, event.broken)


def view(subject: Subject, entries: Sequence[Recorded]) -> Agreement:
    """Return the agreements as they stood at the subject's moment."""
    latest = {each.agreement_id: each for each in entries}.values()
    kept = [each for each in latest if not each.broken]
    today = local_date(subject.at)
    last = max(kept, key=lambda each: (each.ends_on, each.agreement_id), default=None)
    return Agreement(
        running=sum(each.ends_on >= today for each in kept),
        broken=len(latest) - len(kept),
        kind=last.kind if last else None,
        days_left=(last.ends_on - today).days if last else None,
    )


GROUP: Group[Recorded] = Group(
    id="agreement", hears=(AgreementRecorded,), features=Agreement, entry=Recorded, note=note, view=view
)
