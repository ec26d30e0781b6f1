"""A decision is a pure function of what we remember and what just happened.

The live stream, the replay of a past month and the unit test call the same function; so a replay gives the same bytes.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.topic import Event

M = TypeVar("M")
K = TypeVar("K", bound=Hashable)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Decision(Generic[M]):
    """What we remember from now on, and what we say."""

    memory: M
    events: tuple[Event, ...] = ()


Decide = Callable[[M, E], Decision[M]]


@dataclass(frozen=True, slots=True)
class Folded(Generic[K, M]):
    """The outcome of a batch: each subject's last memory, and all that was said, in order."""

    memories: Mapping[K, M]
    events: tuple[Event, ...]


def fold(decide: Decide[M, E], memories: Mapping[K, M], happened: Iterable[tuple[K, E]]) -> Folded[K, M]:
    """Decide each of `happened` in order, each subject's memory carried from one event to its next."""
    latest = dict(memories)
    said: list[Event] = []
    for subject, event in happened:
        decision = decide(latest[subject], event)
        latest[subject] = decision.memory
        said.extend(decision.events)
    return Folded(latest, tuple(said))
