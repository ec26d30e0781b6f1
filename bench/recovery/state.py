"""The sieve's state of many subscribers over the days it keeps, made from columns: nobody published these CDRs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from services.warning.domain.sieve.columns import DAY_S, OFFSET_S, Columns
from services.warning.domain.sieve.day import Day
from services.warning.domain.sieve.lot import Lot
from services.warning.domain.sieve.names import Names
from services.warning.domain.sieve.tally import COUNTS, Numbers

FIRST_DAY = 20_513
"""2026-03-01."""
SLICE = 500_000
"""CDRs in memory at once."""
FRIENDS, PLACES, CELLS = 12, 4, 20_000
"""Of whom a subscriber calls somebody, where a day is spent, and how many cells the network has."""
CALLS_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is to be remembered; the same load gives the same state."""

    subscribers: int
    days: int
    cdrs_a_day: int
    """Of each subscriber, on each day."""
    seed: int


def lot(load: Load, partition: int, partitions: int) -> Lot:
    """Return one partition's state; nothing in it is new."""
    numbers = 8613300000000 + np.arange(partition, load.subscribers, partitions, dtype=np.int64)
    luck = np.random.default_rng((load.seed, partition))
    made = Lot(next_offset=0, epoch=0)
    for day in range(FIRST_DAY, FIRST_DAY + load.days):
        made.days[day] = known = Day()
        for rows in _slices(luck, numbers, load.cdrs_a_day, day):
            known.add(rows)
            known.new.clear()
    made.watermark_s = float((FIRST_DAY + load.days) * DAY_S - OFFSET_S)
    return made


def _slices(luck: np.random.Generator, numbers: Numbers, cdrs_a_day: int, day: int) -> Iterator[Columns]:
    names = Names()
    names.codes(f"1501{cell % 100:02d}-{cell}" for cell in range(CELLS))
    for start in range(0, len(numbers) * cdrs_a_day, SLICE):
        who = numbers[luck.integers(0, len(numbers), min(SLICE, len(numbers) * cdrs_a_day - start))]
        yield _columns(luck, who, day, names)


def _columns(luck: np.random.Generator, who: Numbers, day: int, names: Names) -> Columns:
    count = len(who)
    calls, seconds = luck.random(count) < CALLS_SHARE, luck.integers(5, 600, count)
    counts = np.zeros((count, len(COUNTS)), np.int64)
    counts[:, 0], counts[:, 2], counts[:, -1] = calls, seconds * calls, 1
    return Columns(
        stamps=day * DAY_S - OFFSET_S + luck.random(count) * DAY_S,
        days=np.full(count, day),
        numbers=who,
        counts=counts,
        bytes=luck.integers(0, 10**8, count),
        handsets=10**15 + who,
        ids=luck.integers(0, 2**64, count, np.uint64),
        peers=np.where(calls, 8613800000000 + (who * 7 + luck.integers(0, FRIENDS, count) * 13) % 10**8, 0),
        seconds=seconds,
        cells=(who + luck.integers(0, PLACES, count)) % CELLS,
        cell_names=names,
    )
