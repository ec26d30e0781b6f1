"""Re-entry numbers among the newly activated: which they are, of what class, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct

from services.warning.domain.reentry.choose import Chosen, choose
from services.warning.domain.reentry.columns import Both, People
from services.warning.domain.reentry.dealers import Bulk, in_cells, on_handsets, with_agents
from services.warning.domain.reentry.follow import followed
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.relation import Relation
from services.warning.domain.reentry.search import search
from services.warning.domain.reentry.sparse import Ints
from shared.ids import derived_id

Kind = Literal["churn_hidden_as_growth", "second_number", "dealer_pattern"]
HIDDEN: Final = "churn_hidden_as_growth"
SECOND: Final = "second_number"
PEERS_SHOWN = 10
DIGITS = 4


class Reentry(Struct, frozen=True, kw_only=True):
    """What a newly activated number is."""

    id: str
    kind: Kind
    new: str
    old: str | None
    """None: one of a dealer's numbers, which need not be anybody's."""
    began_on: date
    """The day on which the new number began."""
    evidence: Mapping[str, Any]
    """Each value that was compared, and with what; units in the names."""


@dataclass(frozen=True, slots=True)
class _Case:
    """Two populations, by row."""

    people: People
    holders: Ints
    """How many numbers have each peer."""
    limits: Limits


def find_reentries(people: People, limits: Limits) -> list[Reentry]:
    """Return what each new number is, where it is clear, by new number.

    Many on one handset are a dealer's whomever they call; in a cell or with an agent, a number with a customer of its
    own is that customer's. The same numbers give the same answer in whatever order, and under whatever names.

    Families move together: what a round finds is followed in the next, where whoever calls the new number of somebody
    who came back calls the old one. So Narayanan and Shmatikov (2009) spread from what they had re-identified.
    """
    moved: dict[int, int] = {}
    found, came_back = _round(people, limits)
    for _ in range(limits.rounds_max - 1):
        known, moved = moved, came_back
        if moved == known:
            break
        found, came_back = _round(followed(people, moved), limits)
    return found


def _round(people: People, limits: Limits) -> tuple[list[Reentry], dict[int, int]]:
    """Return what is found, and of who came back the rows, new to old."""
    case = _Case(people, _holders(people.both), limits)
    found, _ = search(people.both, limits)
    chosen = choose(found, limits)
    new, sizes = people.both.new, people.both.sizes
    by_row = dict(_dealt(case, "cell", in_cells(new, sizes.cells, limits)))
    by_row |= dict(_dealt(case, "agent", with_agents(new, sizes.agents, limits)))
    by_row |= dict(_matched(case, chosen))
    by_row |= dict(_dealt(case, "handset", on_handsets(new, limits)))
    rows = zip(chosen.pairs["new"].tolist(), chosen.pairs["old"].tolist(), strict=True)
    came_back = {row: old for row, old in rows if by_row[row].kind == HIDDEN}
    return [by_row[row] for row in sorted(by_row)], came_back


def _matched(case: _Case, chosen: Chosen) -> Iterator[tuple[int, Reentry]]:
    for pair, second in zip(chosen.pairs, chosen.second, strict=True):
        new, old = int(pair["new"]), int(pair["old"])
        relation = Relation(int(pair["relation"]))
        kind: Kind = SECOND if relation is Relation.ALIVE else HIDDEN
        evidence = _terms(case, pair, float(second)) | _times(case.people, new, old, relation) | _peers(case, new, old)
        yield new, _reentry(case.people, kind, new, case.people.old[old], evidence)


def _reentry(people: People, kind: Kind, new: int, old: str | None, evidence: Mapping[str, Any]) -> Reentry:
    number, began_on = people.new[new], _began_on(people, new)
    named = derived_id("reentry", kind, number, old or "", began_on.isoformat())
    return Reentry(id=named, kind=kind, new=number, old=old, began_on=began_on, evidence=evidence)


def _began_on(people: People, new: int) -> date:
    return people.since + timedelta(days=int(people.both.new.first[new]))


def _terms(case: _Case, pair: np.void, second: float) -> dict[str, Any]:
    """Return what the score is made of, and what it was held against."""
    limits = case.limits
    alive = pair["relation"] == Relation.ALIVE
    return {
        "score": _told(pair["score"]),
        "score_min": limits.second_number_score_min if alive else limits.score_min,
        "peers_shared_min": limits.second_number_peers_shared_min if alive else limits.peers_shared_min,
        "standing": _told(pair["standing"]),
        "standing_of_second": _told(second),
        "margin_min": limits.margin_min,
        "circle_cosine": _told(pair["circle"]),
        "same_handset": bool(pair["handset"]),
        "same_identity": bool(pair["identity"]),
        "cells_cosine": _told(pair["cells"]),
        "strength_nats": _told(pair["strength"]),
        "chance_nats": _told(np.log(pair["rivals"])),
        "strength_min_nats": limits.strength_min,
        "rivals": int(pair["rivals"]),
    }


def _times(people: People, new: int, old: int, relation: Relation) -> dict[str, Any]:
    """Return when the one began and what became of the other."""
    first, active = int(people.both.new.first[new]), int(people.both.old.active[old])
    last = active.bit_length() - 1
    return {
        "new_began": _began_on(people, new).isoformat(),
        "old_relation": relation.name.lower(),
        "old_last_active": (people.since + timedelta(days=last)).isoformat(),
        "old_active_days_before": (active & ((1 << first) - 1)).bit_count(),
        "old_active_days_after": (active >> first).bit_count(),
        "days_after": people.both.days - first,
        "silent_days": people.both.days - 1 - last,
    }


def _peers(case: _Case, new: int, old: int) -> dict[str, Any]:
    """Return the peers that both call and that count, the rarest and then the most called first."""
    people, limits = case.people, case.limits
    calls_new, calls_old = people.both.new.circle.row(new), people.both.old.circle.row(old)
    both = calls_new.keys() & calls_old.keys()
    counted = [peer for peer in both if case.holders[peer] <= limits.holders_max]
    counted.sort(key=lambda peer: (case.holders[peer], -calls_new[peer], -calls_old[peer], people.peers[peer]))
    return {
        "peers_new": len(calls_new),
        "peers_old": len(calls_old),
        "peers_shared": len(both),
        "peers_shared_that_count": len(counted),
        "holders_max": limits.holders_max,
        "peers": [
            {
                "peer": _masked(people.peers[peer]),
                "calls_new": int(calls_new[peer]),
                "calls_old": int(calls_old[peer]),
                "holders": int(case.holders[peer]),
            }
            for peer in counted[:PEERS_SHOWN]
        ],
    }


def _masked(peer: str) -> str:
    return f"{peer[:-8]}****{peer[-4:]}"


def _dealt(case: _Case, place: str, bulk: Bulk) -> Iterator[tuple[int, Reentry]]:
    """Yield the numbers begun in bulk in one kind of place."""
    limits = case.limits
    on_handset = place == "handset"
    for row in np.flatnonzero(bulk.together):
        new = int(row)
        evidence = {
            "place": place,
            "began_together": int(bulk.together[row]),
            "numbers_min": limits.dealer_handset_numbers_min if on_handset else limits.dealer_place_numbers_min,
            "usual": bulk.usual,
            "lift_min": limits.dealer_place_lift_min,
            "window_days": limits.dealer_days,
            "peers_new": len(case.people.both.new.circle.row(new)),
            "peers_max": None if on_handset else limits.dealer_circle_max,
            "new_began": _began_on(case.people, new).isoformat(),
        }
        yield new, _reentry(case.people, "dealer_pattern", new, None, evidence)


def _holders(both: Both) -> Ints:
    """Return how many numbers have each peer."""
    return both.new.circle.holders(both.sizes.peers) + both.old.circle.holders(both.sizes.peers)


def _told(value: float) -> float:
    return round(float(value), DIGITS)
