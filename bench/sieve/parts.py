"""Where the sieve's time goes: the CPU time of each of its parts on the same records, without broker or database."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from time import process_time

from aiokafka.partitioner import murmur2
from msgspec import Struct
from pydantic import SecretStr

from bench.machine import Machine, machine
from bench.servers import PARTITIONS
from bench.sieve import traffic
from bench.sieve.traffic import Plan
from services.warning.domain.operators import Network
from services.warning.domain.sieve import cdr, columns, segments
from services.warning.domain.sieve.lot import Lot
from services.warning.domain.sieve.networks import Lateness, Sieving
from services.warning.stream.saying import Saying
from services.warning.stream.sieve import BATCH, USAGE_DAYS_A_PASS
from shared import codec
from shared.sealing import new_key
from shared.settings import Settings

CHECKPOINT_EVERY = 10
"""Batches of each partition between two checkpoints."""


class Report(Struct, frozen=True, kw_only=True):
    """Microseconds of CPU a CDR, by part; telling and encoding also a usage day."""

    cdrs: int
    usage_days: int
    us_a_cdr: dict[str, float]
    us_a_usage_day: dict[str, float]
    sum_us_a_cdr: float
    machine: Machine


@dataclass(slots=True)
class Parts:
    """The sieve's work without its client, and how long each part of it took."""

    saying: Saying
    sieving: Sieving = field(default_factory=lambda: Sieving(Network(), {}, Lateness()))
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    told: int = 0

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Count what is done within as `part`."""
        began = process_time()
        yield
        self.spent[part] += process_time() - began

    def take(self, lot: Lot, values: list[bytes]) -> None:
        """Read and tally a batch."""
        with self.timed("reading"):
            read = cdr.read(values, [None] * len(values))
        with self.timed("columns"):
            columns.columns(read.cdrs, self.sieving)
        with self.timed("columns, sums and signals"):
            lot.take(read.cdrs, lot.next_offset + len(values), self.sieving)

    def tell(self, lot: Lot) -> None:
        """Close what is over, and encode all that is to be told."""
        with self.timed("telling"):
            lot.close(self.sieving.lateness)
        while lot.untold:
            with self.timed("telling"):
                days = lot.tell(USAGE_DAYS_A_PASS, self.sieving)
            with self.timed("encoding"):
                list(self.saying.batches(days))
            self.told += len(days)

    def checkpoint(self, lot: Lot) -> None:
        """Pack what is new, as a checkpoint stores it."""
        with self.timed("packing checkpoints"):
            for day in lot.days.values():
                list(segments.segments(day, day.take_new()))


async def run(plan: Plan) -> Report:
    """Run the parts over the plan's records."""
    saying = Saying(Settings(secret_key=SecretStr(new_key())))
    try:
        return _report(plan, _worked(plan, Parts(saying)))
    finally:
        await saying.stop()


def _worked(plan: Plan, parts: Parts) -> Parts:
    lots = [Lot(0, 1) for _ in range(PARTITIONS)]
    for count, batches in enumerate(_batches(plan), 1):
        for lot, values in zip(lots, batches, strict=True):
            if values:
                parts.take(lot, values)
            parts.tell(lot)
            if count % CHECKPOINT_EVERY == 0:
                parts.checkpoint(lot)
    return parts


def _batches(plan: Plan) -> Iterator[list[list[bytes]]]:
    """Yield a batch of each partition, as many records as the sieve takes at a time."""
    cdrs = traffic.cdrs(plan)
    while part := list(islice(cdrs, BATCH)):
        batches: list[list[bytes]] = [[] for _ in range(PARTITIONS)]
        for each in part:
            batches[(murmur2(each.msisdn.encode()) & 0x7FFFFFFF) % PARTITIONS].append(codec.encode(each))
        yield batches


def _report(plan: Plan, parts: Parts) -> Report:
    # Taking makes the columns again; they are told apart.
    parts.spent["sums and signals"] = parts.spent.pop("columns, sums and signals") - parts.spent["columns"]
    a_cdr = {part: round(seconds / plan.cdrs * 1e6, 2) for part, seconds in parts.spent.items()}
    a_day = {part: round(parts.spent[part] / parts.told * 1e6, 2) for part in ("telling", "encoding")}
    return Report(
        cdrs=plan.cdrs,
        usage_days=parts.told,
        us_a_cdr=a_cdr,
        us_a_usage_day=a_day,
        sum_us_a_cdr=round(sum(parts.spent.values()) / plan.cdrs * 1e6, 2),
        machine=machine(),
    )
