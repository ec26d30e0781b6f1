"""What the number did of late, from its usage days."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct, structs

from services.warning.domain.analyst.journal import Entry, Group, Subject
from services.warning.domain.usage import UsageLooked, Use
from shared.calendar import local_date


class Looked(Entry, frozen=True):
    """A weekly look, as the journal keeps it."""

    last_active_on: date
    weeks_before: int
    recent: Use
    before: Use


class Usage(Struct, frozen=True, kw_only=True):
    """The last weekly look at the number's usage days."""

    weeks_known: int
    """Whole weeks known before the last one, at most four; 0 also before the first look."""
    silent_days: int | None = None
    """Days since the network last heard anything of the number, as the last look knew."""
    calls_7d: int | None = None
    """Calls in and out in seven days."""
    minutes_7d: int | None = None
    """Minutes of these calls."""
    messages_7d: int | None = None
    """Messages in and out in seven days."""
    megabytes_7d: int | None = None
    """Data in seven days."""
    calls_before: float | None = None
    """Calls in a week, the mean of the weeks before; not known without such a week, as those that follow."""
    minutes_before: float | None = None
    """Minutes in a week, the mean of the weeks before."""
    messages_before: float | None = None
    """Messages in a week, the mean of the weeks before."""
    megabytes_before: float | None = None
    """Data in a week, the mean of the weeks before."""
    calls_fall_share: float | None = None
    """By which share of a week's mean before the calls are fewer; below 0 where they rose."""
    megabytes_fall_share: float | None = None
    """By which share of a week's mean before the data is less; below 0 where it rose."""


def note(look: UsageLooked) -> Looked:
    """Keep the look."""
    return Looked(look.occurred_at, look.last_active_on, look.weeks_before, look.recent, look.before)


def view(subject: Subject, entries: Sequence[Looked]) -> Usage:
    """Return the last look before the subject's moment."""
    if not entries:
        return Usage(weeks_known=0)
    look = entries[-1]
    recent = Usage(
        weeks_known=look.weeks_before,
        silent_days=max(0, (local_date(subject.at) - look.last_active_on).days),
        calls_7d=round(look.recent.calls),
        minutes_7d=round(look.recent.minutes),
        messages_7d=round(look.recent.messages),
        megabytes_7d=round(look.recent.megabytes),
    )
    return _compared(recent, look.recent, look.before) if look.weeks_before else recent


def _compared(usage: Usage, recent: Use, before: Use) -> Usage:
    return structs.replace(
        usage,
        calls_before=before.calls,
        minutes_before=before.minutes,
        messages_before=before.messages,
        megabytes_before=before.megabytes,
        calls_fall_share=1 - recent.calls / before.calls if before.calls else None,
        megabytes_fall_share=1 - recent.megabytes / before.megabytes if before.megabytes else None,
    )


GROUP: Group[Looked] = Group(id="usage", hears=(UsageLooked,), features=Usage, entry=Looked, note=note, view=view)
