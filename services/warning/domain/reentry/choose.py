"""The one old number of a new one, or none: what is not clear is rejected.

The best must stand clear of the second (the eccentricity of Narayanan and Shmatikov, *De-anonymizing social networks*,
2009), seen from either side, and reach an operating point (Chow, *On optimum recognition error and reject tradeoff*,
1970).
"""

from dataclasses import dataclass

import numpy as np

from services.warning.domain.reentry.join import Pairs
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.relation import Relation
from services.warning.domain.reentry.sparse import Floats, Ints


@dataclass(frozen=True, slots=True)
class Chosen:
    """At most one pair a new number, by its row."""

    pairs: Pairs
    second: Floats
    """The standing of each new number's next best old one; 0: none was near."""


def choose(found: Pairs, limits: Limits) -> Chosen:
    """Return the pairs that are clear."""
    ordered = found[np.lexsort((found["old"], -found["standing"], found["new"]))]
    best = np.flatnonzero(np.diff(ordered["new"], prepend=-1))
    second = _seconds(ordered, best)
    chosen = ordered[best]
    beyond_chance = chosen["strength"] - np.log(np.maximum(chosen["rivals"], 1))
    alive = chosen["relation"] == Relation.ALIVE
    peers_min = np.where(alive, limits.second_number_peers_shared_min, limits.peers_shared_min)
    alike = (chosen["shared"] >= peers_min) | chosen["handset"] | chosen["identity"]
    clear = (
        alike
        & (chosen["standing"] >= limits.score_min)
        & (beyond_chance >= limits.strength_min)
        & (chosen["standing"] - second >= limits.margin_min)
    )
    wanted = clear & (_most_wanted(found, chosen["old"]) - chosen["standing"] < limits.margin_min)
    return Chosen(chosen[wanted], second[wanted])


def _seconds(ordered: Pairs, best: Ints) -> Floats:
    """Return the standing after each best one, where it is of the same new number."""
    after = np.minimum(best + 1, len(ordered) - 1)
    same = (after != best) & (ordered["new"][after] == ordered["new"][best])
    return np.where(same, ordered["standing"][after], 0.0)


def _most_wanted(found: Pairs, old: Ints) -> Floats:
    """Return the highest standing that each of the `old` has with any new number.

    A customer may come back with two numbers at once; both stand alike then, and both stay.
    """
    highest = np.zeros(int(found["old"].max(initial=-1)) + 1)
    np.maximum.at(highest, found["old"], found["standing"])
    return highest[old]
