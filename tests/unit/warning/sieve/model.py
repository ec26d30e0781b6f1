"""The sieve in the plainest words: dictionaries and sets, one CDR at a time. What the columns do must equal this."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.warning.domain.operators import HOTLINES, operator_of
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.tally import COUNTS
from services.warning.domain.sieve.usage import CELLS_MAX, CIRCLE_MAX
from shared.calendar import local_date
from shared.events.usage_day import UsageDay
from shared.ids import derived_id

OWN = "china_telecom"
NAMES = (*COUNTS, "bytes", "own_net_peers", "other_net_peers", "circle", "cells", "imei")
"""What is told of a day beside whose and which it is."""
Days = dict[tuple[date, str], dict[str, Any]]


@dataclass
class Day:
    """What a number did on a day."""

    counted: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    handsets: set[tuple[int, int, str]] = field(default_factory=set)


@dataclass
class Model:
    """What is known after some CDRs."""

    ported: Mapping[str, str] = field(default_factory=dict)
    seen: set[tuple[date, str]] = field(default_factory=set)
    days: dict[tuple[date, str], Day] = field(default_factory=dict)
    signals: set[str] = field(default_factory=set)

    def take(self, cdrs: Iterable[Cdr]) -> None:
        """Take CDRs, each once a day."""
        for cdr in cdrs:
            self._hear(cdr)
            once = (local_date(cdr.occurred_at), cdr.id)
            if once not in self.seen:
                self.seen.add(once)
                self._count(self.days.setdefault((once[0], cdr.msisdn), Day()), cdr)

    def _count(self, day: Day, cdr: Cdr) -> None:
        day.counted.update(self._counted(cdr))
        if cdr.service == "voice" and cdr.peer and cdr.peer.startswith("+"):
            day.calls[cdr.peer] += 1
            day.seconds[cdr.peer] += cdr.duration_s
        if cdr.cell:
            day.cells[cdr.cell] += 1
        if cdr.imei and len(cdr.imei) in (14, 15, 16) and cdr.imei.isdecimal():
            day.handsets.add((int(cdr.occurred_at.timestamp()), int("1" + cdr.imei), cdr.imei))

    def _counted(self, cdr: Cdr) -> dict[str, int]:
        way = "in" if cdr.direction == "in" else "out"
        if cdr.service != "voice":
            return {"messages": cdr.service == "sms", "bytes": cdr.bytes, "version": 1}
        operator = self._operator(cdr.peer)
        return {
            f"calls_{way}": 1,
            f"seconds_{way}": cdr.duration_s,
            "bytes": cdr.bytes,
            "own_net_calls": operator == OWN,
            "other_net_calls": operator is not None and operator != OWN,
            "version": 1,
        }

    def _operator(self, peer: str | None) -> str | None:
        return operator_of(peer, self.ported) if peer else None

    def _hear(self, cdr: Cdr) -> None:
        if cdr.service == "voice" and cdr.direction == "out" and cdr.peer in HOTLINES:
            self.signals.add(derived_id("signal", "rival_hotline", cdr.id))
        operator = self._operator(cdr.peer) if cdr.peer not in HOTLINES else None
        if cdr.direction == "forwarded" and operator not in (None, OWN):
            self.signals.add(derived_id("signal", "rival_forwarded_leg", cdr.id))

    def told(self) -> Days:
        """Return what is to be told of each number's day."""
        return {at: self._told(day) for at, day in self.days.items()}

    def _told(self, day: Day) -> dict[str, Any]:
        operators = [operator for peer in day.calls if (operator := self._operator(peer))]
        peers = sorted(day.calls, key=lambda peer: (-day.calls[peer], -day.seconds[peer], int(peer)))
        cells = sorted(day.cells.items(), key=lambda cell: (-cell[1], cell[0]))
        return {name: int(day.counted[name]) for name in (*COUNTS, "bytes")} | {
            "own_net_peers": operators.count(OWN),
            "other_net_peers": len(operators) - operators.count(OWN),
            "circle": tuple((peer, day.calls[peer], day.seconds[peer]) for peer in peers[:CIRCLE_MAX]),
            "cells": tuple(cells[:CELLS_MAX]),
            "imei": max(day.handsets)[2] if day.handsets else None,
        }


def latest(usages: Iterable[UsageDay]) -> Days:
    """Return the latest version of each number's day, as the model tells them."""
    days: dict[tuple[date, str], UsageDay] = {}
    for usage in usages:
        known = days.get((usage.day, usage.msisdn))
        if known is None or known.version <= usage.version:
            days[usage.day, usage.msisdn] = usage
    return {at: {name: getattr(usage, name) for name in NAMES} for at, usage in days.items()}
