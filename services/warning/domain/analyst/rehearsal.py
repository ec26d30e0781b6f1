"""What a rule would have done last month: it is asked at each fact that the journals know, before it is approved."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from msgspec import Struct, structs

from services.warning.domain.analyst.condition import AskingFailedError, Condition
from services.warning.domain.analyst.features import all_groups
from services.warning.domain.analyst.journal import Journal, Subject
from services.warning.domain.subscriber import Holder, Profile

LAST_MONTH = timedelta(days=31)
MOMENTS_MAX = 8
"""Facts of one subscription at which it is asked, the latest ones."""
ENOUGH = 50
"""With fewer facts nothing is refused: they say too little."""


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What came of asking a condition about a sample of last month's facts."""

    subscriptions: int = 0
    """That were looked at."""
    facts: int = 0
    """Facts of them at which the condition was asked."""
    held: int = 0
    """Facts at which it held."""
    unknown: int = 0
    """Facts at which what decides it was not known."""
    failed: int = 0
    """Facts at which it could not be evaluated."""
    warned: int = 0
    """Subscriptions of which it would have warned."""

    def plus(self, other: "Rehearsal") -> "Rehearsal":
        """Return both together."""
        added = {name: value + getattr(other, name) for name, value in structs.asdict(self).items()}
        return Rehearsal(**added)

    def mistake(self, *, rare: bool) -> str | None:
        """Return why a rule that did so cannot be proposed; None: it can be, or there was too little to say."""
        of = f"of {self.facts} facts of last month, of {self.subscriptions} subscriptions"
        if self.failed:
            return f"it cannot be evaluated at {self.failed} {of}: does it divide by what may be 0?"
        if self.facts < ENOUGH:
            return None
        if self.held == self.facts:
            return f"it is always true: at each {of}"
        if not self.held and not rare:
            unknown = f", at {self.unknown} because something is not known" if self.unknown else ""
            return f"it is never true: at none {of}{unknown}. If that is meant, set rare"
        return None


def rehearsed(asked: Condition, known: Iterable[tuple[Holder, Profile, Journal]], now: datetime) -> Rehearsal:
    """Return what comes of asking about these subscriptions' facts of the month that ends now."""
    return _sum(_of(asked, each, now) for each in known)


def _of(asked: Condition, known: tuple[Holder, Profile, Journal], now: datetime) -> Rehearsal:
    answers = [_answer(asked, Subject(*known, at)) for at in moments(known[1], known[2], now)]
    return Rehearsal(
        subscriptions=1,
        facts=len(answers),
        held=answers.count("held"),
        unknown=answers.count("unknown"),
        failed=answers.count("failed"),
        warned=int("held" in answers),
    )


def _answer(asked: Condition, subject: Subject) -> str:
    try:
        holds = asked.holds(lambda group: subject.plain(all_groups()[group]))
    except AskingFailedError:
        return "failed"
    return "unknown" if holds is None else ("held" if holds else "not")


def moments(profile: Profile, journal: Journal, now: datetime) -> Sequence[datetime]:
    """Return the times of the latest facts of the month that ends now, oldest first."""
    found = {at for at in chain(_bills(profile), _facts(journal, now)) if now - LAST_MONTH < at <= now}
    return sorted(found)[-MOMENTS_MAX:]


def _bills(profile: Profile) -> Iterator[datetime]:
    return (bill.issued_at for bill in profile.bills.values() if bill.issued_at)


def _facts(journal: Journal, now: datetime) -> Iterator[datetime]:
    return (entry.at for group in all_groups().values() for entry in group.entries(journal, now))


def _sum(parts: Iterable[Rehearsal]) -> Rehearsal:
    whole = Rehearsal()
    for part in parts:
        whole = whole.plus(part)
    return whole
