"""What a trial found: which warnings come and go, whom they foretell, how many work items follow."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from replay.backtest.leavers import Leavers, Quality, quality
from replay.backtest.queue import Opened
from replay.backtest.sweep import Swept
from services.warning.domain.missed import FAILURES_MAX
from shared.calendar import local_date
from shared.events.warning_raised import WarningFacts, WarningRaised

EXAMPLES_MAX = 50

Warnings = Mapping[str, WarningFacts]
"""Warnings by id."""


class Window(Struct, frozen=True):
    """The days whose warnings are compared."""

    first: date
    until: date
    """Not included."""

    def holds(self, day: date) -> bool:
        """Tell whether a day is compared."""
        return self.first <= day < self.until


class Row(Struct, frozen=True, kw_only=True):
    """One rule's warnings about one population."""

    rule: str
    population: str
    """`none`: outside the target population, recorded and not worked."""
    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0
    changed: int = 0
    """In both, with another level, population or likeliest reason; counted where it stands afterwards."""


class Example(Struct, frozen=True, kw_only=True):
    """A warning that came or went."""

    id: str
    rule: str
    day: date
    subscription_id: str
    region: str
    level: int
    population: str


class Load(Struct, frozen=True, kw_only=True):
    """Work items opened in one county on one day."""

    county: str
    day: date
    before: int
    after: int
    before_customer_manager: int
    after_customer_manager: int


class Given(Struct, frozen=True, kw_only=True):
    """The replay of what ran, held against the warnings that the archive says were given."""

    given: int
    replayed: int
    missing: int
    """Given, and not replayed."""
    extra: int
    """Replayed, and never given."""
    other: int
    """In both, with another level, population or likeliest reason."""


class Foretold(Struct, frozen=True, kw_only=True):
    """How well the warnings of both foretold who left."""

    before: Quality
    after: Quality


class Report(Struct, frozen=True, kw_only=True):
    """What a trial found."""

    window: Window
    rules: tuple[str, ...]
    """Those that were decided again; what the others said stands in the archive."""
    events: int
    """How many facts were read, usage days included."""
    refused: int
    """Records that nobody could read."""
    what_ran: Given
    before: int
    after: int
    gained: int
    lost: int
    changed: int
    by_rule: tuple[Row, ...]
    gained_examples: tuple[Example, ...]
    """The first 50, by day."""
    lost_examples: tuple[Example, ...]
    queue: tuple[Load, ...]
    foretold: dict[str, Foretold]
    """`all` warnings, the `worked` ones of the target population, and each rule's; empty: nobody told who left."""
    failed: dict[str, str]
    """Rules that failed, with their first error; one that failed three times was left out from then on."""


def warnings(swept: Swept, window: Window) -> Warnings:
    """Return the warnings of a sweep that are compared."""
    return within((said.event for said in swept.said if isinstance(said.event, WarningFacts)), window)


def within(given: Iterable[WarningFacts], window: Window) -> Warnings:
    """Return those of `given` that fall into the window."""
    return {each.id: each for each in given if window.holds(local_date(each.occurred_at))}


def held(given: Warnings, replayed: Warnings) -> Given:
    """Hold what was replayed against what was given."""
    return Given(
        given=len(given),
        replayed=len(replayed),
        missing=len(given.keys() - replayed.keys()),
        extra=len(replayed.keys() - given.keys()),
        other=len(_changed(given, replayed)),
    )


def rows(before: Warnings, after: Warnings) -> tuple[Row, ...]:
    """Return the counts by rule and population."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for name, ids, found in (
        ("before", before.keys(), before),
        ("after", after.keys(), after),
        ("gained", after.keys() - before.keys(), after),
        ("lost", before.keys() - after.keys(), before),
        ("changed", _changed(before, after), after),
    ):
        counts.update((found[id_].rule_id, population(found[id_]), name) for id_ in ids)
    kinds = sorted({(rule, belongs) for rule, belongs, _ in counts})
    names = ("before", "after", "gained", "lost", "changed")
    return tuple(
        Row(rule=rule, population=belongs, **{name: counts[rule, belongs, name] for name in names})
        for rule, belongs in kinds
    )


def examples(found: Warnings, other: Warnings) -> tuple[Example, ...]:
    """Return the first warnings that are in `found` and not in `other`."""
    only = (found[id_] for id_ in found.keys() - other.keys())
    listed = sorted(only, key=lambda each: (local_date(each.occurred_at), each.rule_id, each.id))
    return tuple(_example(each) for each in listed[:EXAMPLES_MAX])


def loads(before: Opened, after: Opened, window: Window) -> tuple[Load, ...]:
    """Return the work items by county and day."""
    places = sorted({(county, day) for county, day, _ in (*before, *after) if window.holds(day)})
    return tuple(_load(county, day, before, after) for county, day in places)


def foretold(before: Warnings, after: Warnings, leavers: Leavers, window: Window) -> dict[str, Foretold]:
    """Return how well both foretold who left: together, those that are worked, and rule by rule."""
    found = {"all": _foretold(before.values(), after.values(), leavers, window)}
    found["worked"] = _foretold(_worked(before), _worked(after), leavers, window)
    for rule in sorted({each.rule_id for each in (*before.values(), *after.values())}):
        found[rule] = _foretold(_of_rule(rule, before), _of_rule(rule, after), leavers, window)
    return found


def failed(*sweeps: Swept) -> dict[str, str]:
    """Return the rules that failed in any of the sweeps, and how."""
    found = {rule: error for swept in sweeps for rule, error in swept.ruling.errors.items()}
    aside = {rule for swept in sweeps for (rule, _), count in swept.ruling.failures.items() if count >= FAILURES_MAX}
    return {
        rule: f"{error}{', left out from then on' if rule in aside else ''}" for rule, error in sorted(found.items())
    }


def population(warning: WarningFacts) -> str:
    """Return to whom a warning is of use."""
    return warning.population if isinstance(warning, WarningRaised) else "none"


def _changed(before: Warnings, after: Warnings) -> set[str]:
    return {id_ for id_ in before.keys() & after.keys() if _worth(before[id_]) != _worth(after[id_])}


def _worth(warning: WarningFacts) -> tuple[int, str, str | None]:
    return warning.level, population(warning), warning.reasons[0].reason if warning.reasons else None


def _example(warning: WarningFacts) -> Example:
    return Example(
        id=warning.id,
        rule=warning.rule_id,
        day=local_date(warning.occurred_at),
        subscription_id=warning.subscription_id,
        region=warning.region,
        level=warning.level,
        population=population(warning),
    )


def _load(county: str, day: date, before: Opened, after: Opened) -> Load:
    managers = (before[county, day, "customer_manager"], after[county, day, "customer_manager"])
    return Load(
        county=county,
        day=day,
        before=managers[0] + before[county, day, "phone_manager"],
        after=managers[1] + after[county, day, "phone_manager"],
        before_customer_manager=managers[0],
        after_customer_manager=managers[1],
    )


def _worked(found: Warnings) -> Sequence[WarningFacts]:
    return [each for each in found.values() if isinstance(each, WarningRaised)]


def _of_rule(rule: str, found: Warnings) -> Sequence[WarningFacts]:
    return [each for each in found.values() if each.rule_id == rule]


def _foretold(
    before: Iterable[WarningFacts], after: Iterable[WarningFacts], leavers: Leavers, window: Window
) -> Foretold:
    held_before, held_after = (quality(each, leavers, window.first, window.until) for each in (before, after))
    return Foretold(before=held_before, after=held_after)
