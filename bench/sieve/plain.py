"""The sieve's work told plainly, one record after the other: what peers keep in their state, and what all must say."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypedDict

from services.warning.domain.operators import Network, operator_of
from services.warning.domain.sieve.usage import CELLS_MAX, CIRCLE_MAX
from shared.calendar import local_date, start_of
from shared.events.call_detail_record import CallDetailRecord
from shared.events.signal_heard import SignalHeard, SignalKind
from shared.events.usage_day import UsageDay
from shared.ids import derived_id

NETWORK = Network()
GRACE = timedelta(hours=6)
"""A day closes so long after its midnight, by the latest time seen in the partition."""


class Kept(TypedDict):
    """What is kept of a number's day: plain lists and dictionaries, which every peer's store takes."""

    counters: list[int]
    """As in COUNTERS."""
    circle: dict[str, list[int]]
    """Calls and seconds by peer."""
    cells: dict[str, int]
    """CDRs by cell."""
    handset: tuple[int, str]
    """When the last one was seen, in seconds from 1970, and its IMEI; (0, ""): none was."""


COUNTERS = (
    "calls_out",
    "calls_in",
    "seconds_out",
    "seconds_in",
    "messages",
    "bytes",
    "own_net_calls",
    "other_net_calls",
    "version",
)


def none_yet() -> Kept:
    """Return what is kept of a number that did nothing yet."""
    return {"counters": [0] * len(COUNTERS), "circle": {}, "cells": {}, "handset": (0, "")}


def add(kept: Kept, cdr: CallDetailRecord) -> Kept:
    """Count one record in, in place."""
    counters = kept["counters"]
    if cdr.service == "voice":
        _add_call(kept, cdr)
    elif cdr.service == "sms":
        counters[4] += 1
    counters[5] += cdr.bytes
    counters[8] += 1
    if cdr.cell:
        kept["cells"][cdr.cell] = kept["cells"].get(cdr.cell, 0) + 1
    if cdr.imei:
        at, imei = kept["handset"]
        kept["handset"] = max((at, imei), (int(cdr.occurred_at.timestamp()), cdr.imei))
    return kept


def _add_call(kept: Kept, cdr: CallDetailRecord) -> None:
    counters, inward = kept["counters"], cdr.direction == "in"
    counters[inward] += 1
    counters[2 + inward] += cdr.duration_s
    operator = _operator(cdr.peer) if cdr.peer else None
    if operator:
        counters[6 + (operator != NETWORK.own_operator)] += 1
    if cdr.peer and cdr.peer[0] == "+":
        met = kept["circle"].setdefault(cdr.peer, [0, 0])
        met[0] += 1
        met[1] += cdr.duration_s


@lru_cache(maxsize=1_000_000)
def _operator(peer: str) -> str | None:
    return operator_of(peer, {})


def signal_in(cdr: CallDetailRecord) -> SignalHeard | None:
    """Return the signal that the record is, if it is one."""
    peer = cdr.peer
    if peer in NETWORK.hotlines:
        called = cdr.service == "voice" and cdr.direction == "out"
        return _signal(cdr, "rival_hotline", peer, NETWORK.hotlines[peer]) if called else None
    operator = _operator(peer) if peer and cdr.direction == "forwarded" else None
    if peer and operator not in (None, NETWORK.own_operator):
        return _signal(cdr, "rival_forwarded_leg", peer, operator)
    return None


def _signal(cdr: CallDetailRecord, kind: SignalKind, peer: str, operator: str | None) -> SignalHeard:
    assert operator is not None, "a rival has a name"
    return SignalHeard(
        id=derived_id("signal", kind, cdr.id),
        occurred_at=cdr.occurred_at,
        msisdn=cdr.msisdn,
        kind=kind,
        peer=peer,
        operator=operator,
        duration_s=cdr.duration_s,
    )


@lru_cache
def closes_at(day: date) -> datetime:
    """Return the time that closes `day` once a partition has seen it."""
    return start_of(day + timedelta(days=1)) + GRACE


def usage_day(msisdn: str, day: date, kept: Kept) -> UsageDay:
    """Return what a closed day says of a number."""
    counted: dict[str, int] = dict(zip(COUNTERS, kept["counters"], strict=True))
    told: dict[str, Any] = counted | _distinct(kept["circle"])
    circle = sorted(kept["circle"].items(), key=lambda each: (-each[1][0], -each[1][1], int(each[0])))
    cells = sorted(kept["cells"].items(), key=lambda each: (-each[1], each[0]))
    return UsageDay(
        id=derived_id("usage_day", msisdn, day.isoformat(), str(counted["version"])),
        occurred_at=start_of(day + timedelta(days=1)),
        msisdn=msisdn,
        day=day,
        circle=tuple((peer, calls, seconds) for peer, (calls, seconds) in circle[:CIRCLE_MAX]),
        cells=tuple(cells[:CELLS_MAX]),
        imei=kept["handset"][1] or None,
        **told,
    )


def _distinct(circle: Iterable[str]) -> dict[str, int]:
    operators = [operator for operator in map(_operator, circle) if operator]
    own = operators.count(NETWORK.own_operator)
    return {"own_net_peers": own, "other_net_peers": len(operators) - own}


class PlainSieve:
    """One partition's sieve in plain Python, for what all contenders are expected to say."""

    def __init__(self) -> None:
        self._days: dict[date, dict[str, Kept]] = {}
        self._seen: dict[date, set[str]] = {}
        self._latest: datetime | None = None

    def take(self, cdr: CallDetailRecord) -> Iterator[SignalHeard | UsageDay]:
        """Take a record, and yield what there is to say."""
        signal = signal_in(cdr)
        if signal:
            yield signal
        day = local_date(cdr.occurred_at)
        if self._latest is None or closes_at(day) > self._latest:
            self._tally(day, cdr)
        self._latest = max(cdr.occurred_at, self._latest or cdr.occurred_at)
        for over in [day for day in self._days if closes_at(day) <= self._latest]:
            del self._seen[over]
            yield from (usage_day(msisdn, over, each) for msisdn, each in self._days.pop(over).items())

    def _tally(self, day: date, cdr: CallDetailRecord) -> None:
        seen = self._seen.setdefault(day, set())
        if cdr.id not in seen:
            seen.add(cdr.id)
            add(self._days.setdefault(day, {}).setdefault(cdr.msisdn, none_yet()), cdr)
