"""What it costs to keep usage days for re-entry numbers, and to look back at them: bytes, seconds and memory."""

from collections.abc import Iterator
from datetime import date
from time import perf_counter, process_time

import numpy as np
from msgspec import Struct

from bench.machine import Machine, machine, peak_mb
from bench.reentry.population import DAYS, Plan, Simulated, simulated
from bench.reentry.scale import Quality, quality
from services.warning.domain.reentry.assemble import Told, people_among
from services.warning.domain.reentry.columns import Columns
from services.warning.domain.reentry.days import SHARDS, Days, in_shards, packed_days, unpacked_days
from services.warning.domain.reentry.find import Reentry, find_reentries
from services.warning.domain.reentry.gather import Gathered, Gathering
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import About
from services.warning.domain.reentry.sparse import Ints, Sparse
from shared.calendar import days as calendar_days

FIRST_OLD, FIRST_NEW = 8_613_300_000_000, 8_619_900_000_000
"""Numbers by row, without their plus."""
SINCE = date(2026, 1, 1)
PEERS_A_DAY = 3
"""The mean of peers that an active number calls on a day; a number has at most those of its circle."""
PIECE_ROWS = 100_000
"""Numbers that one transaction sorts into shards, as the nights do."""

Kept = list[list[tuple[int, bytes]]]
"""By shard: the place of the day in the window, and the piece as it is stored."""


class Report(Struct, frozen=True, kw_only=True):
    """What the benchmark says."""

    new: int
    old: int
    days: int
    number_days: int
    """Rows kept: days on which a number did anything."""
    bytes_a_number_day: float
    bytes_a_number: float
    gather_seconds: float
    search_seconds: float
    cpu_seconds: float
    """Of both."""
    peak_memory_mb: int
    """What is kept is in it too, which the database holds else."""
    come_back: Quality
    machine: Machine


def run(plan: Plan) -> Report:
    """Keep a simulated population's days, and look for its new numbers in them."""
    population = simulated(plan)
    kept, rows = _kept(population, plan.seed)
    size = sum(len(content) for shard in kept for _, content in shard)
    began, cpu_began = perf_counter(), process_time()
    shards = [_gathered(shard) for shard in kept]
    gathered_s = perf_counter() - began
    people = people_among(shards, _told(population), SINCE, DAYS)
    found = find_reentries(people, Limits())
    return Report(
        new=plan.new,
        old=plan.old,
        days=DAYS,
        number_days=rows,
        bytes_a_number_day=round(size / rows, 1),
        bytes_a_number=round(size / (plan.new + plan.old), 1),
        gather_seconds=round(gathered_s, 2),
        search_seconds=round(perf_counter() - began - gathered_s, 2),
        cpu_seconds=round(process_time() - cpu_began, 2),
        peak_memory_mb=peak_mb(),
        come_back=_quality(population, found),
        machine=machine(),
    )


def _kept(population: Simulated, seed: int) -> tuple[Kept, int]:
    luck = np.random.default_rng(seed)
    kept: Kept = [[] for _ in range(SHARDS)]
    rows = 0
    for place in range(DAYS):
        for piece in _pieces(population, place, luck):
            rows += len(piece)
            for shard, part in in_shards(piece):
                kept[shard].append((place, packed_days(part)))
    return kept, rows


def _pieces(population: Simulated, place: int, luck: np.random.Generator) -> Iterator[Days]:
    for columns, first in ((population.both.new, FIRST_NEW), (population.both.old, FIRST_OLD)):
        active = np.flatnonzero((columns.active >> np.uint64(place)) & np.uint64(1))
        for begin in range(0, len(active), PIECE_ROWS):
            yield _day(columns, first, active[begin : begin + PIECE_ROWS], luck)


def _day(columns: Columns, first: int, rows: Ints, luck: np.random.Generator) -> Days:
    met = _drawn(columns.circle, rows, 1 + luck.poisson(PEERS_A_DAY - 1, len(rows)), luck)
    placed = _drawn(columns.cells, rows, luck.integers(1, 4, len(rows)), luck)
    return Days(
        rows + first,
        luck.integers(1, 30, len(rows)).astype(np.int32),
        columns.handsets.index[rows].astype(np.int64) + 1,
        np.diff(met.start).astype(np.uint16),
        np.diff(placed.start).astype(np.uint16),
        met.index.astype(np.int64) + FIRST_OLD,
        luck.geometric(0.6, len(met.index)).astype(np.uint16),
        placed.index.astype(np.int64) + 1,
        luck.integers(1, 20, len(placed.index)).astype(np.uint16),
    )


def _drawn(rows: Sparse, some: Ints, wanted: Ints, luck: np.random.Generator) -> Sparse:
    """Return so many entries of some rows, drawn with putting back and each told once."""
    length = np.diff(rows.start)[some]
    owner = np.repeat(np.arange(len(some)), np.where(length > 0, wanted, 0))
    place = rows.start[some][owner] + (luck.random(len(owner)) * length[owner]).astype(np.int64)
    once = np.unique(np.column_stack((owner, rows.index[place])), axis=0)
    start = np.concatenate(([0], np.cumsum(np.bincount(once[:, 0], minlength=len(some)))))
    return Sparse(start, once[:, 1].astype(np.int32), np.ones(len(once), np.float32))


def _gathered(shard: list[tuple[int, bytes]]) -> Gathered:
    gathering = Gathering()
    for place, content in shard:
        gathering.add(place, unpacked_days(content))
    return gathering.gathered()


def _told(population: Simulated) -> Told:
    days = list(calendar_days(SINCE, DAYS))
    first = population.both.new.first.tolist()
    return Told(new={FIRST_NEW + row: About(activated_on=days[day]) for row, day in enumerate(first)}, old={})


def _quality(population: Simulated, found: list[Reentry]) -> Quality:
    """Hold who is told of as come back against the truth."""
    told = [
        (int(each.new) - FIRST_NEW, int(each.old) - FIRST_OLD)
        for each in found
        if each.old and each.kind == "churn_hidden_as_growth"
    ]
    back = np.where(population.second, -1, population.old_of)
    right = sum(int(back[new]) == old for new, old in told)
    return quality(len(told), right, int((back >= 0).sum()))
