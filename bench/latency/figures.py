"""From moments to figures."""

from collections.abc import Sequence
from math import ceil

from msgspec import Struct


class Latency(Struct, frozen=True, kw_only=True):
    """How long events took, from before their publication to the rep."""

    p50_ms: float
    p99_ms: float
    max_ms: float
    n: int
    held_out: int
    """Events of customers who are held out: no item opens for them, and they count in nothing else."""
    cdrs_per_s: int
    """How many CDRs a second came onto their topic meanwhile."""
    sieve_behind: int
    """How many CDRs no checkpoint held yet at the end."""


def latency(took_s: Sequence[float], *, held_out: int, cdrs_per_s: int, sieve_behind: int) -> Latency:
    """Return the figures of at least one event."""
    return Latency(
        p50_ms=percentile_ms(took_s, 0.5),
        p99_ms=percentile_ms(took_s, 0.99),
        max_ms=percentile_ms(took_s, 1.0),
        n=len(took_s),
        held_out=held_out,
        cdrs_per_s=cdrs_per_s,
        sieve_behind=sieve_behind,
    )


def percentile_ms(took_s: Sequence[float], share: float) -> float:
    """Return the smallest time, in milliseconds, that at least `share` of all did not exceed."""
    return round(sorted(took_s)[max(ceil(share * len(took_s)) - 1, 0)] * 1000, 1)
