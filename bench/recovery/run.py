"""Write the state of many subscribers down as the sieve does, take it over as the next process does, and compare."""

import gc
from time import perf_counter

import numpy as np
from msgspec import Struct
from rich.console import Console

from bench.machine import Machine, machine
from bench.recovery import state
from bench.recovery.state import Load
from bench.servers import PARTITIONS, Servers, servers
from services.warning.domain.sieve.lot import Lot
from services.warning.domain.sieve.memory import Memory, memory
from services.warning.storage import checkpoints
from shared.db.offsets import Place
from shared.events.call_detail_record import TOPIC
from shared.station import Station, open_station

DATABASE = "recovered"
Digest = tuple[int, ...]


class Report(Struct, frozen=True, kw_only=True):
    """What the benchmark says; bytes are of memory, a subscriber."""

    subscribers: int
    days: int
    cdrs_a_day: int
    bytes_beside: float
    """Tallies and cells: all but the next two."""
    bytes_tallies: float
    bytes_cells: float
    bytes_circle: float
    bytes_ids: float
    checkpoint_mb: int
    write_s: float
    recovery_s: float
    """All partitions, one after the other, by one process."""
    equal: bool
    """What came back is what was written."""
    machine: Machine


async def run(load: Load, console: Console) -> Report:
    """Run the benchmark on servers of its own."""
    async with servers(console) as running:
        settings = await running.new_database(DATABASE)
        async with open_station(settings, "warning") as station:
            console.print(f"making the state of {load.subscribers:,} subscribers")
            costs, written, write_s = await _written(load, station)
            console.print(f"written in {write_s:.1f} s; taking over")
            started = perf_counter()
            lots = [await _taken_over(station, partition) for partition in range(PARTITIONS)]
            recovery_s = perf_counter() - started
        equal = [_digest(lot) for lot in lots] == written
        return _report(load, costs, (await _size_mb(running), write_s, recovery_s), equal)


async def _written(load: Load, station: Station) -> tuple[Memory, list[Digest], float]:
    """Write every partition's state; return what it cost in memory, its digests, and how long writing took."""
    cost, digests, seconds = memory([]), [], 0.0
    for partition in range(PARTITIONS):
        lot = state.lot(load, partition, PARTITIONS)
        cost += memory([lot])
        started = perf_counter()
        await _write(station, partition, lot)
        seconds += perf_counter() - started
        digests.append(_digest(lot))
        del lot
        gc.collect()
    return cost, digests, seconds


async def _write(station: Station, partition: int, lot: Lot) -> None:
    place = Place(station.cluster, TOPIC.name, partition)
    async with station.stream.begin() as tx:
        saved = await checkpoints.take_over(tx, place, 0)
    lot.epoch = saved.lot.epoch
    saved.lot, saved.segments = lot, checkpoints.SEGMENTS_MAX + 1
    async with station.stream.begin() as tx:
        await checkpoints.save(tx, place, saved)


async def _taken_over(station: Station, partition: int) -> Lot:
    async with station.stream.begin() as tx:
        return (await checkpoints.take_over(tx, Place(station.cluster, TOPIC.name, partition), 0)).lot


def _digest(lot: Lot) -> Digest:
    """Return what two equal lots have in common, and two others hardly."""
    everything = [lot.days[day].everything() for day in sorted(lot.days)]
    columns = [
        column
        for piece in everything
        for column in (
            piece.tally.numbers,
            piece.tally.counts,
            piece.tally.handsets,
            piece.circle.others,
            piece.circle.weights,
            piece.cells.numbers,
            piece.cells.weights,
            piece.ids,
        )
    ]
    return tuple(int(np.sum(column, dtype=np.uint64)) for column in columns)


async def _size_mb(running: Servers) -> int:
    query = "SELECT round(sum(octet_length(content)) / 1e6)::int FROM warning.sieve_segment"
    return int(str(await running.ask(DATABASE, query)))


def _report(load: Load, cost: Memory, told: tuple[int, float, float], equal: bool) -> Report:
    each = {
        name: round(getattr(cost, name) / load.subscribers, 1)
        for name in ("beside", "tallies", "cells", "circle", "ids")
    }
    return Report(
        subscribers=load.subscribers,
        days=load.days,
        cdrs_a_day=load.cdrs_a_day,
        **{f"bytes_{name}": value for name, value in each.items()},
        checkpoint_mb=told[0],
        write_s=round(told[1], 1),
        recovery_s=round(told[2], 1),
        equal=equal,
        machine=machine(),
    )
