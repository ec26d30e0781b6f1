"""What one number did within a window of days: whom it calls, where, with which handset.

The circle is the "signature" of Cortes, Pregibon and Volinsky, *Communities of Interest* (2001), kept whole: within 64
days a person has few peers, and the ones with many holders are cut later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from shared.calendar import local_date
from shared.events.call_detail_record import CallDetailRecord

WINDOW_DAYS_MAX = 64
"""A window's active days are the bits of one word."""
HANDSET_DIGITS = 14
"""What names a handset in an IMEI; then follow a check digit, or its software's version."""


class Tie(Struct, frozen=True):
    """How much two numbers have to do with one another."""

    calls: int = 0
    """Messages count as calls."""
    seconds: int = 0


class Usage(Struct, frozen=True, kw_only=True):
    """Some of what a number did on a day: a whole day's tally, or a single call."""

    msisdn: str
    day: date
    circle: Mapping[str, Tie] = {}
    """By the other party's number."""
    cells: Mapping[str, int] = {}
    """Records by cell."""
    imei: str | None = None
    """None: not told."""


class About(Struct, frozen=True, kw_only=True):
    """What CRM tells of a number."""

    activated_on: date | None = None
    """None: not told; then its first activity counts."""
    suspended_on: date | None = None
    """None: in service."""
    identity: str | None = None
    """A hash of the holder's identity document; None: not known."""
    agent: str | None = None
    """The dealer who sold it; None: our own hall."""


class Profile(Struct, frozen=True, kw_only=True):
    """A number within a window."""

    msisdn: str
    circle: Mapping[str, Tie]
    cells: Mapping[str, int]
    handsets: frozenset[str]
    active: frozenset[date]
    """The days on which it did anything; never empty."""
    about: About = About()

    @property
    def first(self) -> date:
        """Return the day on which it began: its activation, or its first activity."""
        return self.about.activated_on or min(self.active)


class Profiles(Struct, frozen=True, kw_only=True):
    """Numbers within one window, whose last day is `until`."""

    since: date
    until: date
    numbers: Mapping[str, Profile]

    def only(self, chosen: Iterable[str]) -> "Profiles":
        """Return some of the numbers; names without a profile are passed over."""
        kept = {number: self.numbers[number] for number in chosen if number in self.numbers}
        return Profiles(since=self.since, until=self.until, numbers=kept)


@dataclass(slots=True)
class _Sum:
    circle: dict[str, Tie] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    handsets: set[str] = field(default_factory=set)
    active: set[date] = field(default_factory=set)

    def add(self, usage: Usage) -> None:
        self.active.add(usage.day)
        for cell, records in usage.cells.items():
            self.cells[cell] += records
        if usage.imei:
            self.handsets.add(usage.imei[:HANDSET_DIGITS])
        for peer, tie in usage.circle.items():
            # Who calls their own number hears their voice mail: that says nothing of whom they know.
            if peer != usage.msisdn:
                known = self.circle.get(peer, Tie())
                self.circle[peer] = Tie(known.calls + tie.calls, known.seconds + tie.seconds)


def profiles_of(
    usages: Iterable[Usage], since: date, until: date, about: Mapping[str, About] | None = None
) -> Profiles:
    """Return the profile of each number that did anything from `since` to `until`, both included.

    Raises:
        ValueError: the window is empty, or longer than 64 days.
    """
    if not 0 <= (until - since).days < WINDOW_DAYS_MAX:
        raise ValueError(f"could not profile {since} to {until}: a window has 1 to {WINDOW_DAYS_MAX} days")
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    for usage in usages:
        if since <= usage.day <= until:
            sums[usage.msisdn].add(usage)
    known = about or {}
    numbers = {number: _profile(number, found, known.get(number, About())) for number, found in sums.items()}
    return Profiles(since=since, until=until, numbers=numbers)


def _profile(number: str, found: _Sum, about: About) -> Profile:
    return Profile(
        msisdn=number,
        circle=found.circle,
        cells=dict(found.cells),
        handsets=frozenset(found.handsets),
        active=frozenset(found.active),
        about=about,
    )


def usage_of(record: CallDetailRecord) -> Usage:
    """Return what a single record says of its number."""
    return Usage(
        msisdn=record.msisdn,
        day=local_date(record.occurred_at),
        circle={record.peer: Tie(1, record.duration_s)} if record.peer else {},
        cells={record.cell: 1} if record.cell else {},
        imei=record.imei,
    )
