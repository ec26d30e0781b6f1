"""Re-entry numbers among the newly activated: which they are, of what class, and why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct

from services.warning.domain.reentry.choose import Chosen, choose
from services.warning.domain.reentry.columns import Both, both_of, ordered
from services.warning.domain.reentry.dealers import Bulk, in_cells, on_handsets, with_agents
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import Profile, Profiles, followed
from services.warning.domain.reentry.relation import Relation
from services.warning.domain.reentry.search import search
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
    evidence: Mapping[str, Any]
    """Each value that was compared, and with what; units in the names."""


@dataclass(frozen=True, slots=True)
class _Case:
    """Two populations, by row."""

    both: Both
    new: Sequence[Profile]
    old: Sequence[Profile]
    holders: Mapping[str, int]
    """Of each peer."""
    until: date
    limits: Limits


def find_reentries(new_profiles: Profiles, old_profiles: Profiles, limits: Limits) -> list[Reentry]:
    """Return what each new number is, where it is clear, by new number.

    Many on one handset are a dealer's whomever they call; in a cell or with an agent, a number with a customer of its
    own is that customer's. The same numbers give the same answer in whatever order, and under whatever names.

    Families move together: what a round finds is followed in the next, where whoever calls the new number of somebody
    who came back calls the old one. So Narayanan and Shmatikov (2009) spread from what they had re-identified.

    Raises:
        ValueError: the windows of the two populations are not the same.
    """
    moved: dict[str, str] = {}
    found = _round(new_profiles, old_profiles, limits)
    for _ in range(limits.rounds_max - 1):
        known, moved = moved, {each.new: each.old for each in found if each.old and each.kind == HIDDEN}
        if moved == known:
            break
        found = _round(followed(new_profiles, moved), followed(old_profiles, moved), limits)
    return found


def _round(new_profiles: Profiles, old_profiles: Profiles, limits: Limits) -> list[Reentry]:
    case = _Case(
        both=both_of(new_profiles, old_profiles),
        new=ordered(new_profiles),
        old=ordered(old_profiles),
        holders=_holders(new_profiles, old_profiles),
        until=new_profiles.until,
        limits=limits,
    )
    found, _ = search(case.both, limits)
    new, sizes = case.both.new, case.both.sizes
    by_row = dict(_dealt(case, "cell", in_cells(new, sizes.cells, limits)))
    by_row |= dict(_dealt(case, "agent", with_agents(new, sizes.agents, limits)))
    by_row |= dict(_matched(case, choose(found, limits)))
    by_row |= dict(_dealt(case, "handset", on_handsets(new, limits)))
    return [by_row[row] for row in sorted(by_row)]


def _matched(case: _Case, chosen: Chosen) -> Iterator[tuple[int, Reentry]]:
    for pair, second in zip(chosen.pairs, chosen.second, strict=True):
        row = int(pair["new"])
        new, old = case.new[row], case.old[int(pair["old"])]
        relation = Relation(int(pair["relation"]))
        kind: Kind = SECOND if relation is Relation.ALIVE else HIDDEN
        evidence = _terms(case, pair, float(second)) | _times(case, new, old, relation) | _peers(case, new, old)
        yield row, _reentry(kind, new, old.msisdn, evidence)


def _reentry(kind: Kind, new: Profile, old: str | None, evidence: Mapping[str, Any]) -> Reentry:
    cause = (kind, new.msisdn, old or "", new.first.isoformat())
    return Reentry(id=derived_id("reentry", *cause), kind=kind, new=new.msisdn, old=old, evidence=evidence)


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


def _times(case: _Case, new: Profile, old: Profile, relation: Relation) -> dict[str, Any]:
    """Return when the one began and what became of the other."""
    return {
        "new_began": new.first.isoformat(),
        "old_relation": relation.name.lower(),
        "old_last_active": max(old.active).isoformat(),
        "old_active_days_before": sum(day < new.first for day in old.active),
        "old_active_days_after": sum(day >= new.first for day in old.active),
        "days_after": (case.until - new.first).days + 1,
        "silent_days": (case.until - max(old.active)).days,
    }


def _peers(case: _Case, new: Profile, old: Profile) -> dict[str, Any]:
    """Return the peers that both call and that count, the rarest and then the most called first."""
    limits, both = case.limits, new.circle.keys() & old.circle.keys()
    counted = [peer for peer in both if case.holders[peer] <= limits.holders_max]
    counted.sort(key=lambda peer: (case.holders[peer], -new.circle[peer].calls, -old.circle[peer].calls, peer))
    return {
        "peers_new": len(new.circle),
        "peers_old": len(old.circle),
        "peers_shared": len(both),
        "peers_shared_that_count": len(counted),
        "holders_max": limits.holders_max,
        "peers": [_peer(case, new, old, peer) for peer in counted[:PEERS_SHOWN]],
    }


def _peer(case: _Case, new: Profile, old: Profile, peer: str) -> dict[str, Any]:
    return {
        "peer": f"{peer[:-8]}****{peer[-4:]}",
        "calls_new": new.circle[peer].calls,
        "calls_old": old.circle[peer].calls,
        "holders": case.holders[peer],
    }


def _dealt(case: _Case, place: str, bulk: Bulk) -> Iterator[tuple[int, Reentry]]:
    """Yield the numbers begun in bulk in one kind of place."""
    limits = case.limits
    on_handset = place == "handset"
    for row in np.flatnonzero(bulk.together):
        new = case.new[int(row)]
        evidence = {
            "place": place,
            "began_together": int(bulk.together[row]),
            "numbers_min": limits.dealer_handset_numbers_min if on_handset else limits.dealer_place_numbers_min,
            "usual": bulk.usual,
            "lift_min": limits.dealer_place_lift_min,
            "window_days": limits.dealer_days,
            "peers_new": len(new.circle),
            "peers_max": None if on_handset else limits.dealer_circle_max,
            "new_began": new.first.isoformat(),
        }
        yield int(row), _reentry("dealer_pattern", new, None, evidence)


def _holders(new: Profiles, old: Profiles) -> Counter[str]:
    """Return how many numbers have each peer."""
    return Counter(peer for some in (new, old) for profile in some.numbers.values() for peer in profile.circle)


def _told(value: float) -> float:
    return round(float(value), DIGITS)
