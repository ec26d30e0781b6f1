"""How long a nation's new numbers take, with how much memory, and how that grows."""

import resource
import sys
from time import perf_counter, process_time

from msgspec import Struct, structs

from bench.machine import Machine, machine
from bench.reentry.population import Plan, Simulated, simulated
from services.warning.domain.reentry.choose import choose
from services.warning.domain.reentry.columns import Columns
from services.warning.domain.reentry.dealers import in_cells, on_handsets, with_agents
from services.warning.domain.reentry.join import Pairs
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.relation import Relation
from services.warning.domain.reentry.search import search


class Quality(Struct, frozen=True, kw_only=True):
    """How well one class was told."""

    told: int
    right: int
    wanted: int
    """How many there are in truth."""
    precision: float
    recall: float


class Figures(Struct, frozen=True, kw_only=True):
    """One population."""

    new: int
    old: int
    ties: int
    """Of both populations."""
    columns_mb: int
    seconds: float
    """From columns to classes, the making of the population aside."""
    cpu_seconds: float
    """Of this process in that time: what others do on the machine is not in it."""
    peak_memory_mb: int
    """Of the process so far, the making of the population included."""
    candidates_per_new: float
    """Old numbers that share with a new one anything that counts."""
    pairs_share_of_all: float
    """Of new x old."""
    churn_hidden_as_growth: Quality
    second_number: Quality


class Report(Struct, frozen=True, kw_only=True):
    """What the benchmark says; a ratio is the whole's figure by the half's, 2 where it grows with the size."""

    half: Figures
    whole: Figures
    seconds_ratio: float
    cpu_seconds_ratio: float
    candidates_ratio: float
    """Of candidates in all."""
    machine: Machine


def run(plan: Plan) -> Report:
    """Measure half the population, then all of it."""
    half = measured(structs.replace(plan, new=plan.new // 2, old=plan.old // 2))
    whole = measured(plan)
    candidates = whole.candidates_per_new * whole.new / max(half.candidates_per_new * half.new, 1)
    return Report(
        half=half,
        whole=whole,
        seconds_ratio=round(whole.seconds / half.seconds, 2),
        cpu_seconds_ratio=round(whole.cpu_seconds / half.cpu_seconds, 2),
        candidates_ratio=round(candidates, 2),
        machine=machine(),
    )


def measured(plan: Plan) -> Figures:
    """Measure one population."""
    population, limits = simulated(plan), Limits()
    both = population.both
    began, cpu_began = perf_counter(), process_time()
    found, candidates = search(both, limits)
    chosen = choose(found, limits).pairs
    on_handsets(both.new, limits)
    in_cells(both.new, both.sizes.cells, limits)
    with_agents(both.new, both.sizes.agents, limits)
    seconds, cpu_seconds = perf_counter() - began, process_time() - cpu_began
    alive = chosen["relation"] == Relation.ALIVE
    come_back = (population.old_of >= 0) & ~population.second
    return Figures(
        new=plan.new,
        old=plan.old,
        ties=len(both.new.circle.index) + len(both.old.circle.index),
        columns_mb=(_bytes(both.new) + _bytes(both.old)) >> 20,
        seconds=round(seconds, 2),
        cpu_seconds=round(cpu_seconds, 2),
        peak_memory_mb=peak_mb(),
        candidates_per_new=round(candidates / plan.new, 1),
        pairs_share_of_all=candidates / plan.new / plan.old,
        churn_hidden_as_growth=_quality(population, chosen[~alive], int(come_back.sum())),
        second_number=_quality(population, chosen[alive], int(population.second.sum())),
    )


def _quality(population: Simulated, told: Pairs, wanted: int) -> Quality:
    """Hold what was told of one class against the truth: the pair must be right, and the class."""
    second = told["relation"] == Relation.ALIVE
    right = (population.old_of[told["new"]] == told["old"]) & (population.second[told["new"]] == second)
    return quality(len(told), int(right.sum()), wanted)


def quality(told: int, right: int, wanted: int) -> Quality:
    """Return precision and recall; of nothing told or wanted both are 1."""
    return Quality(
        told=told,
        right=right,
        wanted=wanted,
        precision=round(right / told, 4) if told else 1.0,
        recall=round(right / wanted, 4) if wanted else 1.0,
    )


def _bytes(columns: Columns) -> int:
    rows = (columns.circle, columns.cells, columns.handsets, columns.identities)
    of_rows = sum(each.start.nbytes + each.index.nbytes + each.weight.nbytes for each in rows)
    words = columns.own.nbytes + columns.agent.nbytes + columns.first.nbytes
    return of_rows + words + columns.active.nbytes + columns.suspended.nbytes


def peak_mb() -> int:
    """Return the most memory that this process has held; macOS tells it in bytes, others in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 20 if sys.platform == "darwin" else peak >> 10
