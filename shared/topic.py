"""Events and the topics that carry them: the wire's vocabulary, one typed record for each.

The stage of a topic makes the road one-way: a service hears facts of lower stages only (docs/topics.md).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Struct

END = r"$(?!\n)"
"""Python's `$` also stands before a last line feed; other readers of our schemas need no more than the `$`."""

EventId = Annotated[str, Meta(min_length=1, max_length=128)]
"""Unique within its topic. Derived from its cause, so that a resend is recognised (`shared.ids`)."""

Moment = Annotated[datetime, Meta(tz=True)]
"""A time with its offset; event time decides, not arrival."""

Msisdn = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{6,14}" + END)]
"""A number in E.164 with `+`. A number is not a person: see `subscription_id`."""

Month = Annotated[str, Meta(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])" + END)]
"""A calendar month in the operator's zone, `2026-03`."""

BirthMonth = Annotated[str, Meta(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])" + END)]
"""Year and month of birth; the day is nobody's business here."""

Adcode = Annotated[str, Meta(pattern=r"^[1-9][0-9]{5}" + END)]
"""A division's code as GB/T 2260 gives it, six digits."""

RegionPath = Annotated[str, Meta(pattern=r"^[1-9][0-9]{5}(\.[1-9][0-9]{5}){0,2}" + END)]
"""Province, city and county by adcode, widest first: `150000.150100.150102`."""

Fen = Annotated[int, Meta(ge=-(10**12), le=10**12)]
"""Money in fen (1/100 yuan); always a whole number."""

Count = Annotated[int, Meta(ge=0, le=10**12)]
Label = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(max_length=2000)]


class Stage(IntEnum):
    """Where on the road a fact is made; facts flow to higher stages only."""

    REFERENCE = 0
    NETWORK = 1
    SIGNAL = 2
    WARNING = 3
    DISPATCH = 4
    OFFERS = 5
    POINTS = 6
    KPI = 7
    ARCHIVE = 8


class Kind(StrEnum):
    """A fact flows down the road; a request may go up, and its receiver answers with a fact."""

    FACT = "fact"
    REQUEST = "request"
    RECORD = "record"
    """Kept for people (dead letters); no service hears it."""


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened. Fields only grow; a reader ignores those it doesn't know."""

    id: EventId
    occurred_at: Moment


class SubscriberEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a number."""

    msisdn: Msisdn


E = TypeVar("E", bound=Event, covariant=True)
A = TypeVar("A", bound=Event)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Generic[E]):
    """A Kafka topic and the one class of event that it carries."""

    name: str
    """`<source>.<fact>.v<n>`; the version is part of the name."""
    event: type[E]
    stage: Stage
    key: str = "msisdn"
    """The field whose value is the Kafka key; events of one key keep their order."""
    kind: Kind = Kind.FACT
    owner: str = "keepline"
    """Who publishes it, as integrators know them."""
    partitions: int = 12
    retention_days: int = 14
    archived: bool = True
    """False for raw CDRs only: too many to keep, and the sieve's facts say what mattered."""
    upcasters: Mapping[str, Upcaster] = field(default_factory=dict)
    """Older `ce_type`s that are still read, each with the step that lifts its fields to this version."""

    def key_of(self, event: Event) -> str:
        """Return the Kafka key of `event`."""
        return str(getattr(event, self.key))


def of_kind(kind: type[A], events: Iterable[Event]) -> list[A]:
    """Return those of `events` that are of `kind`, in their order."""
    return [event for event in events if isinstance(event, kind)]
