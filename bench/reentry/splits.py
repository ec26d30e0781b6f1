"""Real call records with known re-entries: persons' histories split at a date, the second part under new numbers.

* `everyone`: all persons are relabelled, and their peers keep their names: the most rivals that there can be.
* `a_quarter`: a quarter of the persons is relabelled, also where others call them; a tenth leaves for good, a tenth is
  truly new, all others stay as they are. Whoever is not relabelled is a decoy.
* `a_few`: the same with a twentieth each, as it would be among an operator's customers.
* `second_numbers`: a quarter makes every other call of the second part with a second number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.warning.domain.reentry.columns import people_of
from services.warning.domain.reentry.find import Kind, find_reentries
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import Profiles, Tie, Usage, profiles_of

DAYS_BEFORE, DAYS_AFTER = 35, 21
"""The circle of the old number is that of the days that the platform keeps."""
PEERS_TO_KNOW = 2
"""A person who calls one peer on both sides is like each other one who does."""
NEW_NAME = "99"


@dataclass(frozen=True, slots=True)
class Call:
    """One end's record of a call."""

    who: str
    peer: str
    day: date
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelled:
    """Records in which some persons have a new number from a day on."""

    calls: Sequence[Call]
    old_of: Mapping[str, str]
    """By new number; who is truly new has none."""
    new: frozenset[str]
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was told of one relabelling."""

    new: int
    movers: int
    """Relabelled persons with calls on both sides."""
    knowable: int
    """Movers who call at least two of the same peers on both sides: of others no circle can tell."""
    told: int
    right: int
    """Of those told, the right old number and the right class."""
    right_pairs: int
    """The right old number, of whatever class: who rarely calls may fall silent with either number."""


def everyone(calls: Sequence[Call], on: date, _: Random) -> Relabelled:
    """Relabel all persons from `on` on; their peers keep their names."""
    moved = [Call(_renamed(call.who), call.peer, call.day, call.seconds) if call.day >= on else call for call in calls]
    old_of = {_renamed(who): who for who in {call.who for call in calls}}
    return Relabelled(calls=moved, old_of=old_of, new=frozenset(old_of), kind="churn_hidden_as_growth")


def a_quarter(calls: Sequence[Call], on: date, luck: Random) -> Relabelled:
    """Relabel a quarter of the persons at both ends, among decoys."""
    return _among_decoys(calls, on, luck, (0.25, 0.1))


def a_few(calls: Sequence[Call], on: date, luck: Random) -> Relabelled:
    """Relabel a twentieth of the persons at both ends, among decoys."""
    return _among_decoys(calls, on, luck, (0.05, 0.05))


def a_few_alone(calls: Sequence[Call], on: date, luck: Random) -> Relabelled:
    """Relabel a twentieth of the persons at both ends; all others stay as they are."""
    return _among_decoys(calls, on, luck, (0.05, 0.0))


def _among_decoys(calls: Sequence[Call], on: date, luck: Random, shares: tuple[float, float]) -> Relabelled:
    """Relabel a share of the persons; another share leaves for good, and as many are truly new."""
    persons = _shuffled(calls, luck)
    moving, decoys = (round(len(persons) * share) for share in shares)
    movers, leaving = set(persons[:moving]), set(persons[moving : moving + decoys])
    joining = set(persons[moving + decoys : moving + 2 * decoys])

    def named(person: str, day: date) -> str:
        return _renamed(person) if person in joining or (day >= on and person in movers) else person

    kept = [call for call in calls if call.who not in (leaving if call.day >= on else joining)]
    moved = [Call(named(call.who, call.day), named(call.peer, call.day), call.day, call.seconds) for call in kept]
    old_of = {_renamed(who): who for who in movers}
    new = frozenset(old_of) | frozenset(map(_renamed, joining))
    return Relabelled(calls=moved, old_of=old_of, new=new, kind="churn_hidden_as_growth")


def second_numbers(calls: Sequence[Call], on: date, luck: Random) -> Relabelled:
    """Give a quarter of the persons a second number for every other call."""
    persons = _shuffled(calls, luck)
    movers = set(persons[: len(persons) // 4])
    moved = [
        Call(_renamed(call.who), call.peer, call.day, call.seconds)
        if call.day >= on and call.who in movers and place % 2
        else call
        for place, call in enumerate(sorted(calls, key=lambda call: (call.who, call.day, call.peer, call.seconds)))
    ]
    old_of = {_renamed(who): who for who in movers}
    return Relabelled(calls=moved, old_of=old_of, new=frozenset(old_of), kind="second_number")


PROTOCOLS: Mapping[str, Callable[[Sequence[Call], date, Random], Relabelled]] = {
    "everyone": everyone,
    "a_quarter": a_quarter,
    "a_few": a_few,
    "second_numbers": second_numbers,
}


def _shuffled(calls: Iterable[Call], luck: Random) -> list[str]:
    persons = sorted({call.who for call in calls})
    luck.shuffle(persons)
    return persons


def _renamed(person: str) -> str:
    return person + NEW_NAME


def profiles(calls: Iterable[Call], since: date, until: date) -> Profiles:
    """Return the profiles of the calls' numbers within a window."""
    usages = (Usage(msisdn=each.who, day=each.day, circle={each.peer: Tie(1, each.seconds)}) for each in calls)
    return profiles_of(usages, since, until)


def outcome(relabelled: Relabelled, on: date, limits: Limits) -> Outcome:
    """Look for the relabelled persons, knowing what the platform would: the days around, and who is new."""
    known = profiles(relabelled.calls, on - timedelta(DAYS_BEFORE), on + timedelta(DAYS_AFTER - 1))
    new = known.only(relabelled.new)
    found = find_reentries(people_of(new, known.only(known.numbers.keys() - relabelled.new)), limits)
    shared = [shared for who, old in relabelled.old_of.items() if (shared := _shared(known, who, old)) is not None]
    pairs = [each for each in found if each.old and each.old == relabelled.old_of.get(each.new)]
    return Outcome(
        new=len(new.numbers),
        movers=len(shared),
        knowable=sum(peers >= PEERS_TO_KNOW for peers in shared),
        told=len(found),
        right=sum(each.kind == relabelled.kind for each in pairs),
        right_pairs=len(pairs),
    )


def _shared(known: Profiles, new: str, old: str) -> int | None:
    """Return how many peers a person calls on both sides; None: on one side nobody at all."""
    sides = [known.numbers[who].circle.keys() for who in (new, old) if who in known.numbers]
    return len(sides[0] & sides[1]) if len(sides) == 2 and all(sides) else None
