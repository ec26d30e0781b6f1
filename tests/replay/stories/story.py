"""A story: given what is known, when this happens, then that is said; by the services' own decide functions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.intake.domain.days import day_passed
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.policy import PolicyBook, PolicyVersion
from shared.topic import Event, of_kind
from tests.replay.road import Road
from tests.support.builders import at, bill, customer, subscription

SPENDERS_MONTHS = tuple(f"2025-{month:02d}" for month in range(1, 13))


def spender(yuan: float = 150) -> list[Event]:
    """Return a customer of the target population with one number, billed evenly in every month of 2025."""
    return [customer(), subscription(), *(bill(month, yuan) for month in SPENDERS_MONTHS)]


def days_passing(first: str, last: str) -> list[Event]:
    """Return each day's end, both days included."""
    day, through = date.fromisoformat(first), date.fromisoformat(last)
    count = (through - day).days + 1
    return [day_passed(day + timedelta(days=place)) for place in range(count)]


def set_to(name: str, scope: str = "", since: str = "2025-01-01 00:00", **fields: object) -> PolicyVersion:
    """Return a policy's version in force since that moment."""
    return PolicyVersion(name=name, version=1, scope=scope, effective_from=at(since), fields=fields)


@dataclass
class Story:
    """What was said since the last `when`."""

    road: Road = field(default_factory=Road)
    heard: list[Event] = field(default_factory=list)

    def when(self, *events: Event) -> "Story":
        """Let this happen, in this order."""
        before = len(self.road.said)
        self.road.hear(events)
        self.heard = self.road.said[before:]
        return self

    def then_warned(self, rule_id: str, level: int, **evidence: object) -> "Story":
        """Check that `rule_id` alone warned, once, at `level`, with at least this evidence."""
        (said,) = self.warnings()
        assert (said.rule_id, said.level) == (rule_id, level)
        assert {name: said.evidence.get(name) for name in evidence} == evidence
        assert said.explanation_zh
        assert said.explanation_en
        return self

    def then_cleared(self, rule_id: str) -> "Story":
        """Check that `rule_id` took its warning back, and nothing else was said."""
        assert [each.rule_id for each in of_kind(WarningCleared, self.heard)] == [rule_id]
        return self._nobody_warned()

    def then_silent(self) -> "Story":
        """Check that no rule says anything."""
        assert not of_kind(WarningCleared, self.heard)
        return self._nobody_warned()

    def then_worked(self, *, worked: bool) -> "Story":
        """Check whether the one warning goes to somebody, or is recorded only."""
        (said,) = self.warnings()
        assert isinstance(said, WarningRaised) is worked
        return self

    def warnings(self) -> list[WarningFacts]:
        """Return what was warned of, worked or recorded."""
        return of_kind(WarningFacts, self.heard)

    def _nobody_warned(self) -> "Story":
        assert [each.rule_id for each in self.warnings()] == []
        return self


def given(*events: Event, policy: Iterable[PolicyVersion] = ()) -> Story:
    """Return the story of an operator that knows `events`."""
    story = Story(Road(policy=PolicyBook(tuple(policy))))
    return story.when(*events)
