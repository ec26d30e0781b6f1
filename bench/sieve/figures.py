"""From rounds to figures: medians, and how many times a peer's rate ours is."""

from collections.abc import Mapping, Sequence
from statistics import median

from msgspec import Struct

from bench.sieve.contenders.job import Result

OURS, CLIENT = "ours", "client"
SLOW = ("faust", "quix")
"""They take some subscribers' records only: all would take them too long."""
PEERS = ("kafka_streams_eos", "kafka_streams_alo", *SLOW)


class Rates(Struct, frozen=True, kw_only=True):
    """A contender's rates in CDRs a second."""

    median: int
    rounds: tuple[int, ...]
    cdrs: int
    """How many records each round took."""
    cores: float
    """How many cores its process kept busy; broker and database are not counted."""


def rates(name: str, results: Sequence[Result]) -> Rates:
    """Return the rates of a contender's rounds.

    Raises:
        RuntimeError: there is none that counts.
    """
    if not results:
        raise RuntimeError(f"could not rate {name}: all its rounds are void")
    return Rates(
        median=round(median(result.rate for result in results)),
        rounds=tuple(round(result.rate) for result in results),
        cdrs=results[0].records,
        cores=round(median(result.cpu_seconds / result.seconds for result in results), 2),
    )


def ratios(by_name: Mapping[str, Rates]) -> dict[str, float]:
    """Return how many times each peer's rate ours is, of those that took part."""
    return {peer: round(by_name[OURS].median / by_name[peer].median, 2) for peer in PEERS if peer in by_name}
