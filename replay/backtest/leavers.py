"""Who left, and when: the simulator's truth, or a list of the operator's; and how well warnings foretold it."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct

from shared import codec
from shared.calendar import local_date
from shared.events.warning_raised import WarningFacts

SUBJECTS = ("subscription_id", "subscription", "number", "msisdn")
DAYS = ("day", "leaves_on")
HORIZON = timedelta(days=60)
"""A warning that came longer before foretold nothing."""


class BadListError(Exception):
    """A list of leavers that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Leavers:
    """The days on which subscriptions or numbers left."""

    days: Mapping[str, tuple[date, ...]]
    """By subscription, or by number in E.164."""

    def left(self, warning: WarningFacts) -> tuple[date, ...]:
        """Return when the one whom a warning is about left."""
        return self.days.get(warning.subscription_id, ()) + self.days.get(warning.msisdn, ())

    def subject(self, warning: WarningFacts) -> str:
        """Return under which name the list knows the one whom a warning is about."""
        return warning.subscription_id if warning.subscription_id in self.days else warning.msisdn


class Quality(Struct, frozen=True, kw_only=True):
    """How well warnings foretold who left."""

    warnings: int
    right: int
    """How many of them were about somebody who left within 60 days."""
    precision: float | None
    """The share of right ones; None: there is no warning."""
    leavers: int
    """Who left in the days looked at."""
    caught: int
    """How many of them were warned of, 60 days before at most."""
    recall: float | None
    lead_days_median: float | None
    """From the first such warning to the day of leaving; None: nobody was caught."""
    lead_days_mean: float | None


def read(path: Path) -> Leavers:
    """Return the list in a file: CSV with a heading, or JSON lines.

    Each line names a subscription or a number in E.164 (`subscription_id`, `subscription`, `number`, `msisdn`), and the
    day (`day`, `leaves_on`).

    Raises:
        BadListError: the file cannot be read, or a line says something else.
    """
    found: dict[str, list[date]] = {}
    try:
        for number, fields in _lines(path):
            who, day = _leaver(f"{path}, line {number}", fields)
            found.setdefault(who, []).append(day)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadListError(f"could not read {path}: {error}") from error
    if not found:
        raise BadListError(f"could not use {path}: it names nobody")
    return Leavers({who: tuple(sorted(days)) for who, days in found.items()})


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix == ".csv":
            yield from enumerate(csv.DictReader(file), start=2)
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, _object(f"{path}, line {number}", line)


def _object(place: str, line: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except codec.UNREADABLE as error:
        raise BadListError(f"could not read {place}: {error}") from error


def _leaver(place: str, fields: Mapping[str, Any]) -> tuple[str, date]:
    who = next((fields[name] for name in SUBJECTS if fields.get(name)), None)
    day = next((fields[name] for name in DAYS if fields.get(name)), None)
    if not isinstance(who, str) or not isinstance(day, str):
        raise BadListError(f"could not use {place}: it needs one of {', '.join(SUBJECTS)} and one of {', '.join(DAYS)}")
    try:
        return who.strip(), date.fromisoformat(day.strip())
    except ValueError as error:
        raise BadListError(f"could not use {place}: {day} is no day as 2026-03-01 is") from error


def quality(warnings: Iterable[WarningFacts], leavers: Leavers, first: date, until: date) -> Quality:
    """Hold warnings against who left; `until` is not included."""
    given, right = 0, 0
    leads: dict[tuple[str, date], int] = {}
    for warning in warnings:
        given += 1
        warned = local_date(warning.occurred_at)
        foretold = [day for day in leavers.left(warning) if warned <= day <= warned + HORIZON]
        right += bool(foretold)
        for day in foretold:
            who = (leavers.subject(warning), day)
            leads[who] = max(leads.get(who, 0), (day - warned).days)
    left = {(who, day) for who, days in leavers.days.items() for day in days if first <= day < until}
    caught = sorted(lead for who, lead in leads.items() if who in left)
    return Quality(
        warnings=given,
        right=right,
        precision=_share(right, given),
        leavers=len(left),
        caught=len(caught),
        recall=_share(len(caught), len(left)),
        lead_days_median=float(median(caught)) if caught else None,
        lead_days_mean=_share(sum(caught), len(caught)),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
