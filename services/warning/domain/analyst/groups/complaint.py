"""What the customer complained of."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from services.warning.domain.analyst.journal import Entry, Group, Subject
from shared.calendar import local_date
from shared.events.complaint_recorded import ComplaintClass, ComplaintRecorded

WINDOW = timedelta(days=90)


class Recorded(Entry, frozen=True):
    """A record of a complaint, as the journal keeps it."""

    complaint_id: str
    complaint_class: ComplaintClass
    state: Literal["received", "settled", "unsettled"]


class Complaint(Struct, frozen=True, kw_only=True):
    """The number's complaints, by the latest record of each."""

    times_90d: int
    """Complaints of which anything was heard within ninety days, at most sixteen."""
    open: int
    """Complaints that nobody has closed."""
    unsettled_90d: int
    """Complaints closed within ninety days without contenting the customer."""
    last_class: ComplaintClass | None = None
    """Class of the complaint heard of last."""
    last_days: int | None = None
    """Days since anything was heard of it."""


def note(event: ComplaintRecorded) -> Recorded:
    """Keep the record without the customer's words."""
    return Recorded(event.occurred_at, event.complaint_id, event.complaint_class, event.state)


def view(subject: Subject, entries: Sequence[Recorded]) -> Complaint:
    """Return the complaints as they stood at the subject's moment."""
    latest = {each.complaint_id: each for each in entries}.values()
    recent = [each for each in latest if each.at > subject.at - WINDOW]
    last = entries[-1] if entries else None
    return Complaint(
        times_90d=len(recent),
        open=sum(each.state == "received" for each in latest),
        unsettled_90d=sum(each.state == "unsettled" for each in recent),
        last_class=last.complaint_class if last else None,
        last_days=(local_date(subject.at) - local_date(last.at)).days if last else None,
    )


GROUP: Group[Recorded] = Group(
    id="complaint", hears=(ComplaintRecorded,), features=Complaint, entry=Recorded, note=note, view=view
)
