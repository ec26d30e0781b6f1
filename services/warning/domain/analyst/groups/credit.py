"""What the customer may owe, and owes."""

from collections.abc import Sequence

from msgspec import Struct

from services.warning.domain.analyst.journal import Entry, Group, Subject
from shared.events.credit_assessed import CreditAssessed


class Assessed(Entry, frozen=True):
    """An assessment, as the journal keeps it."""

    score: int
    limit_fen: int
    used_fen: int
    late_payments: int


class Credit(Struct, frozen=True, kw_only=True):
    """The latest assessment; nothing is known before the first."""

    score: int | None = None
    """0 to 1,000, which is best."""
    limit_fen: int | None = None
    """What may be owed."""
    used_fen: int | None = None
    """Unbilled use and arrears together."""
    used_share: float | None = None
    """Which share of the limit that is; not known without a limit."""
    late_payments: int | None = None
    """Bills of twelve months that were paid after their day."""


def note(event: CreditAssessed) -> Assessed:
    """Keep the assessment."""
    return Assessed(event.occurred_at, event.credit_score, event.credit_limit_fen, event.used_fen, event.late_payments)


def view(subject: Subject, entries: Sequence[Assessed]) -> Credit:
    """Return the latest assessment before the subject's moment."""
    if not entries:
        return Credit()
    last = entries[-1]
    return Credit(
        score=last.score,
        limit_fen=last.limit_fen,
        used_fen=last.used_fen,
        used_share=last.used_fen / last.limit_fen if last.limit_fen > 0 else None,
        late_payments=last.late_payments,
    )


GROUP: Group[Assessed] = Group(
    id="credit", hears=(CreditAssessed,), features=Credit, entry=Assessed, note=note, view=view
)
