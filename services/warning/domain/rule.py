"""What a rule is: a step from memory and fact to memory and findings, with its limits beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Generic, TypeVar

from msgspec import Struct

from services.warning.domain.analyst.journal import Subject
from services.warning.domain.reasons import Reason
from shared.calendar import ZONE
from shared.events.contact_requested import Purpose
from shared.policy import Resolved
from shared.topic import SubscriberEvent

E = TypeVar("E", bound=SubscriberEvent, contravariant=True)
M = TypeVar("M", bound=Struct)
L = TypeVar("L", bound=Struct)


class Level(IntEnum):
    """How soon somebody should act."""

    WATCH = 1
    ACT = 2
    ACT_NOW = 3


@dataclass(frozen=True, slots=True)
class Peer:
    """Whose network the number named in a fact is on."""

    operator: str
    rival: bool


@dataclass(frozen=True, slots=True)
class Heard(Generic[E]):
    """A fact about a number, with what the tables say of the other number in it."""

    event: E
    peer: Peer | None = None
    """None: the fact names no other number, or nobody knows whose it is."""
    subject: Subject | None = None
    """The number's subscription at the fact, for rules that analysts wrote; None: nobody asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The rule fires."""

    occasion: str
    """What makes this warning this one and no other: its id derives from it."""
    level: Level
    evidence: Mapping[str, Any]
    """Each value that was compared, and with what; units in the names."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """What the rule warned of is gone."""

    why: str


Outcome = Finding | Clearing
Step = Callable[[M, Heard[E], L], tuple[M, tuple[Outcome, ...]]]
Due = Callable[[M, L], date | None]
"""Memory to the first day whose passing may change the rule's mind; None: time alone never does."""
Explain = Callable[[Mapping[str, Any]], tuple[str, str]]
"""Evidence to one sentence in Chinese and one in English."""
Text = Callable[[Mapping[str, Any]], str]
"""Evidence to a text for the customer."""


def never(memory: Struct, limits: Struct) -> date | None:
    """Time alone does not change the rule's mind."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[E, M, L]):
    """A warning rule."""

    id: str
    requirement: str
    """The id in docs/requirements.md, `W2`."""
    version: int = 1
    """Grows whenever the step decides otherwise on the same facts."""
    hears: tuple[type[SubscriberEvent], ...]
    limits: L
    """Defaults; policy `warning.<id>` overrides fields. `actionable_hours` says how long a call is of use."""
    stands: Resolved[L] | None = None
    """The limits where they were resolved already; None: they are when a fact comes."""
    fresh: M
    """The memory of a subscription of which nothing was heard yet."""
    step: Step[M, E, L]
    explain: Explain
    example: Mapping[str, Any]
    """Evidence as one of its findings holds it, for docs/rules.md."""
    speaks_for: Mapping[Reason, int]
    """Points for the likely reason (W18); policy `warning.reasons` overrides them. Empty: it says nothing of that."""
    text: Text | None = None
    """What a customer is to read whom nobody calls, asked of dispatch's gate with each finding; None: nothing."""
    purpose: Purpose | None = None
    """What that text is about; None where there is none."""
    due: Due[M, L] = never
    """The rule hears `DayCame` once that day is over, at the earliest; the policy counts as it is when a fact comes."""


def clock(moment: datetime) -> str:
    """Return a moment as the operator's clocks show it, whatever offset its sender wrote."""
    return moment.astimezone(ZONE).isoformat()


def yuan(fen: int) -> str:
    """Return an amount as people read it."""
    return f"{fen / 100:.2f}"
