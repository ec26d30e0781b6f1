"""What a contender said, as the world sees it: its signals, and the latest version of each number's day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay

SHOWN = 3
"""So many differences of a kind are told in full."""


@dataclass(slots=True)
class Outputs:
    """Signals by id, and the latest usage day of each number and day."""

    signals: dict[str, SignalHeard] = field(default_factory=dict)
    days: dict[tuple[str, date], UsageDay] = field(default_factory=dict)

    def hear(self, events: Iterable[SignalHeard | UsageDay]) -> None:
        """Take in what was said; of two versions of a day the higher counts, of two alike the later."""
        for event in events:
            if isinstance(event, SignalHeard):
                self.signals[event.id] = event
                continue
            known = self.days.get((event.msisdn, event.day))
            if known is None or event.version >= known.version:
                self.days[event.msisdn, event.day] = event


def differences(expected: Outputs, got: Outputs) -> list[str]:
    """Return what `got` says otherwise than `expected`, the first few in full; empty: they are equal."""
    return [*_differing("signals", expected.signals, got.signals), *_differing("usage days", expected.days, got.days)]


def _differing(kind: str, expected: Mapping[Any, object], got: Mapping[Any, object]) -> Iterator[str]:
    differing = [key for key in {**expected, **got} if expected.get(key) != got.get(key)]
    if differing:
        shown = (f"expected {expected.get(key)}, got {got.get(key)}" for key in differing[:SHOWN])
        yield f"{len(differing)} of {len(expected)} {kind} differ: {'; '.join(shown)}"
