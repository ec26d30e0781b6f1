"""What is done to the sieve's processes, in which order: the same seed gives the same programme."""

from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import Literal

Kind = Literal["kill", "pause", "join", "leave"]
MEMBERS = 3
MOVES: tuple[Kind, ...] = ("join", "join", "leave", "join", "leave", "leave")
"""Of one process become three, two, three, two, and one again."""
GAPS_S = (0.5, 2.5)
"""Between one blow and the next, once its victim is at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One thing that happens to a process."""

    kind: Kind
    after_s: float
    whom: float
    """Which of the processes there are, from 0 to below 1."""


def programme(kills: int, pauses: int, rebalances: int, seed: int) -> list[Blow]:
    """Return so many blows of each kind in an order drawn by `seed`; a rebalance is a process that comes or goes."""
    luck = Random(seed)
    order = ["kill"] * kills + ["pause"] * pauses + ["move"] * rebalances
    luck.shuffle(order)
    moves = cycle(MOVES)
    kinds: list[Kind] = [next(moves) if what == "move" else what for what in order]  # type: ignore[misc]
    return [Blow(kind=kind, after_s=luck.uniform(*GAPS_S), whom=luck.random()) for kind in kinds]
