"""What is remembered of a subscription for conditions: the last facts of each kind, dated, so that the features of any
moment of the last weeks can be made again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct, convert, structs, to_builtins

from services.warning.domain.subscriber import Holder, Profile
from shared.topic import SubscriberEvent

KEPT = 16
"""Facts of one kind that are remembered; what is counted over months counts no further."""

Facts = Mapping[str, tuple[Any, ...]]


class Entry(Struct, frozen=True, array_like=True):
    """A fact as the journal keeps it; groups add their fields, which only grow."""

    at: datetime


N = TypeVar("N", bound=Entry)


class Journal(Struct, frozen=True, omit_defaults=True):
    """The last facts of each group as plain values, oldest first."""

    facts: dict[str, tuple[Any, ...]] = {}


@dataclass(frozen=True, slots=True)
class Subject:
    """A subscription at a moment, as conditions see it."""

    holder: Holder
    profile: Profile
    journal: Journal
    at: datetime
    _told: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False)

    def plain(self, group: "Group[Any]") -> dict[str, Any]:
        """Return the group's features at the moment; what is not known is not there. Made once."""
        if group.id not in self._told:
            told = to_builtins(group.view(self, group.entries(self.journal, self.at)))
            self._told[group.id] = {name: value for name, value in told.items() if value is not None}
        return self._told[group.id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Generic[N]):
    """Features that belong together."""

    id: str
    """What a condition calls it: `bill`."""
    hears: tuple[type[SubscriberEvent], ...]
    """The facts that change its features."""
    features: type[Struct]
    """Its features, each with a docstring for docs/analysts.md; None is what is not known."""
    view: Callable[[Subject, Sequence[N]], Struct]
    """The features of a subject, from what the journal knew at its moment."""
    entry: type[N] | None = None
    """None: the journal keeps nothing for it."""
    note: Callable[[Any], N] | None = None
    """What the journal keeps of a fact."""

    def entries(self, journal: Journal, at: datetime) -> list[N]:
        """Return what the journal keeps for the group of the time up to `at`, oldest first."""
        return [entry for entry in self._kept(journal) if entry.at <= at]

    def noted(self, journal: Journal, event: SubscriberEvent) -> Journal:
        """Return the journal with `event` in it, wherever its time belongs."""
        if self.note is None or not isinstance(event, self.hears):
            return journal
        known, new = self._kept(journal), self.note(event)
        if new in known:
            return journal
        kept = sorted([*known, new], key=lambda entry: entry.at)[-KEPT:]
        return structs.replace(journal, facts={**journal.facts, self.id: tuple(to_builtins(each) for each in kept)})

    def _kept(self, journal: Journal) -> list[N]:
        return [convert(each, self.entry) for each in journal.facts.get(self.id, ())] if self.entry else []
