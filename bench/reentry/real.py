"""How well re-entry numbers are found in real call records: relabelled ones, and as they stand."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from random import Random

from msgspec import Struct

from bench.reentry.scale import Quality, quality
from bench.reentry.splits import PROTOCOLS, Call, Outcome, a_few_alone, outcome, profiles
from services.intake.domain.format import Taken
from services.intake.domain.formats.reality_mining import FORMAT
from services.intake.stream.files import Files
from services.warning.domain.reentry.columns import people_of
from services.warning.domain.reentry.find import Reentry, find_reentries
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import WINDOW_DAYS_MAX
from shared.calendar import local_date
from shared.events.call_detail_record import CallDetailRecord

TUNED_ON = frozenset({date(2004, 10, 25), date(2004, 11, 8), date(2004, 11, 22)})
"""The limits were chosen on these Mondays of the Reality Mining study; figures count on the others."""
HISTORY_DAYS_MIN, DAYS_LEFT_MIN = 28, 20
DRAWS = 10
WEEK = timedelta(days=7)
UNSEEN_DAYS = 7
"""Who shows only after so many days of records has begun, and was not merely quiet."""
BEGAN_DAYS_MAX = 30


class Summed(Struct, frozen=True, kw_only=True):
    """One way of relabelling, over dates and draws."""

    dates: tuple[date, ...]
    new: int
    movers: int
    knowable: int
    """Movers who call at least two of the same peers on both sides."""
    quality: Quality
    """Of all movers."""
    right_pairs: int
    """Told with the right old number, in whichever class."""
    recall_of_knowable: float


class Seen(Struct, frozen=True, kw_only=True):
    """A re-entry in the records as they stand, as last told."""

    kind: str
    new: str
    old: str | None
    score: float | None
    told_on: date


class Weekly(Struct, frozen=True, kw_only=True):
    """A few relabelled and nothing else changed, looked for each week without knowing who or when."""

    knowable: int
    told: int
    right: int
    precision: float


class RealReport(Struct, frozen=True, kw_only=True):
    """What the records show."""

    calls: int
    numbers: int
    held_out: dict[str, Summed]
    tuned_on: dict[str, Summed]
    weekly: Weekly
    """On dates held out."""
    as_they_stand: tuple[Seen, ...]


def run(path: Path) -> RealReport:
    """Look into the call records of a file or folder in the layout of Reality Mining.

    Raises:
        FileNotFoundError: there is no such file or folder.
        RuntimeError: it holds no call.
    """
    calls = read(path)
    if not calls:
        raise RuntimeError(f"no call could be read from {path}")
    mondays = split_dates(calls)
    others = [day for day in mondays if day not in TUNED_ON]
    return RealReport(
        calls=len(calls),
        numbers=len({call.who for call in calls}),
        held_out={name: summed(calls, others, name) for name in PROTOCOLS if others},
        tuned_on={name: summed(calls, tuned, name) for name in PROTOCOLS if (tuned := [*{*mondays} & TUNED_ON])},
        weekly=weekly(calls, others),
        as_they_stand=tuple(as_they_stand(calls)),
    )


def read(path: Path) -> list[Call]:
    """Return the answered calls."""
    readings = FORMAT.read(Files(path, lambda _: None))
    events = [event for each in readings if isinstance(each, Taken) for event in each.events]
    records = {each.id: each for each in events if isinstance(each, CallDetailRecord)}
    return [
        Call(each.msisdn, each.peer or "", local_date(each.occurred_at), each.duration_s) for each in records.values()
    ]


def split_dates(calls: Sequence[Call]) -> list[date]:
    """Return the Mondays that have weeks of records on both sides."""
    first, last = min(call.day for call in calls), max(call.day for call in calls)
    days = range(HISTORY_DAYS_MIN, (last - first).days - DAYS_LEFT_MIN + 1)
    return [day for each in days if (day := first + timedelta(each)).weekday() == 0]


def summed(calls: Sequence[Call], dates: Sequence[date], protocol: str) -> Summed:
    """Add up what one way of relabelling comes to on each date, in a few draws where there is something to draw."""
    draws = 1 if protocol == "everyone" else DRAWS
    found = [_outcome(calls, on, protocol, draw) for on in sorted(dates) for draw in range(draws)]
    told, right = sum(each.told for each in found), sum(each.right for each in found)
    knowable = sum(each.knowable for each in found)
    return Summed(
        dates=tuple(sorted(dates)),
        new=sum(each.new for each in found),
        movers=sum(each.movers for each in found),
        knowable=knowable,
        quality=quality(told, right, sum(each.movers for each in found)),
        right_pairs=sum(each.right_pairs for each in found),
        recall_of_knowable=round(right / max(knowable, 1), 4),
    )


def _outcome(calls: Sequence[Call], on: date, protocol: str, draw: int) -> Outcome:
    relabelled = PROTOCOLS[protocol](calls, on, Random(f"{on} {draw}"))
    return outcome(relabelled, on, Limits())


def weekly(calls: Sequence[Call], dates: Sequence[date]) -> Weekly:
    """Look for a few who change number, as the platform would as the weeks go by."""
    told, right, knowable = 0, 0, 0
    for on, draw in product(dates, range(DRAWS)):
        relabelled = a_few_alone(calls, on, Random(f"{on} {draw}"))
        found = {each.new: each.old for each in as_they_stand(relabelled.calls)}
        told += len(found)
        right += sum(relabelled.old_of.get(new) == old for new, old in found.items())
        knowable += outcome(relabelled, on, Limits()).knowable
    return Weekly(knowable=knowable, told=told, right=right, precision=quality(told, right, knowable).precision)


def as_they_stand(calls: Sequence[Call]) -> Iterator[Seen]:
    """Yield the re-entries among numbers that begin within the records, looked for each week as a month goes by."""
    began: dict[str, date] = {}
    for call in calls:
        began[call.who] = min(call.day, began.get(call.who, call.day))
    first, last = min(began.values()), max(call.day for call in calls)
    told: dict[str, Seen] = {}
    for weeks in range((last - first) // WEEK + 1):
        until = last - weeks * WEEK
        new = {who for who, day in began.items() if day >= first + timedelta(UNSEEN_DAYS)}
        recent = {who for who in new if timedelta() <= until - began[who] <= timedelta(BEGAN_DAYS_MAX)}
        for each in _found(calls, until, recent):
            # The weeks run backwards: what was told last stays.
            told.setdefault(each.new, _seen(each, until))
    yield from (told[who] for who in sorted(told))


def _found(calls: Sequence[Call], until: date, new: set[str]) -> list[Reentry]:
    known = profiles(calls, until - timedelta(WINDOW_DAYS_MAX - 1), until)
    return find_reentries(people_of(known.only(new), known.only(known.numbers.keys() - new)), Limits())


def _seen(found: Reentry, until: date) -> Seen:
    return Seen(kind=found.kind, new=found.new, old=found.old, score=found.evidence.get("score"), told_on=until)
