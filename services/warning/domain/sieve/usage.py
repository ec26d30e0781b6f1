"""From columns to events: what is told of a number's day."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.sieve import pairs, tally
from services.warning.domain.sieve.day import NO_CELLS, NO_PEERS, Day
from services.warning.domain.sieve.networks import Sieving
from services.warning.domain.sieve.pairs import Pairs
from services.warning.domain.sieve.tally import Numbers
from shared.calendar import start_of
from shared.events.usage_day import Cells, Circle, UsageDay
from shared.ids import derived_id

EPOCH = date(1970, 1, 1)
CIRCLE_MAX = 20
"""Of a number's peers so many are told, those of most calls; of two alike the longer, then the lower number."""
CELLS_MAX = 5
"""Of a number's cells so many are told, those of most CDRs; of two alike the first by name."""


def usage_days(day: int, held: Day, numbers: Numbers, sieving: Sieving) -> Iterable[UsageDay]:
    """Yield the events of these numbers' day, in their order; `numbers` rise and have one each."""
    rows = tally.together([run.of(numbers) for run in held.tallies])
    met = pairs.together([run.of(numbers) for run in held.circle], NO_PEERS)
    placed = pairs.together([run.of(numbers) for run in held.cells], NO_CELLS)
    calendar_day = EPOCH + timedelta(days=day)
    named, over_at = calendar_day.isoformat(), start_of(calendar_day + timedelta(days=1))
    told = zip(
        rows.numbers.tolist(),
        rows.counts.tolist(),
        rows.bytes.tolist(),
        rows.handsets.tolist(),
        _distinct(rows.numbers, met, sieving),
        _circles(rows.numbers, met),
        _main_cells(rows.numbers, placed, held),
        strict=True,
    )
    for number, counts, volume, handset, (own_peers, other_peers), circle, cells in told:
        calls_out, calls_in, seconds_out, seconds_in, messages, own_calls, other_calls, version = counts
        msisdn = f"+{number}"
        yield UsageDay(
            id=derived_id("usage_day", msisdn, named, str(version)),
            occurred_at=over_at,
            msisdn=msisdn,
            day=calendar_day,
            version=version,
            calls_out=calls_out,
            calls_in=calls_in,
            seconds_out=seconds_out,
            seconds_in=seconds_in,
            messages=messages,
            bytes=volume,
            own_net_calls=own_calls,
            other_net_calls=other_calls,
            own_net_peers=own_peers,
            other_net_peers=other_peers,
            circle=circle,
            cells=cells,
            imei=str(handset)[1:] if handset else None,
        )


def _distinct(numbers: Numbers, met: Pairs, sieving: Sieving) -> list[list[int]]:
    """Return how many peers each number has in our network and in others."""
    operators, whose = sieving.operators(met.others.astype(np.int64)), np.searchsorted(numbers, met.numbers)
    own, other = (np.bincount(whose[mask], minlength=len(numbers)) for mask in (operators == 1, operators > 1))
    counts: list[list[int]] = np.column_stack((own, other)).tolist()
    return counts


def _circles(numbers: Numbers, met: Pairs) -> list[Circle]:
    told = pairs.heaviest(met, met.others.astype(np.int64), CIRCLE_MAX)
    peers = [f"+{peer}" for peer in told.others.tolist()]
    rows = [(peer, calls, seconds) for peer, (calls, seconds) in zip(peers, told.weights.tolist(), strict=True)]
    return [tuple(rows[start:end]) for start, end in _bounds(numbers, told)]


def _main_cells(numbers: Numbers, placed: Pairs, held: Day) -> list[Cells]:
    codes, places = np.unique(placed.others, return_inverse=True)
    listed = held.names.listed()
    names = [listed[code] for code in codes.tolist()]
    told = pairs.heaviest(Pairs(placed.numbers, places, placed.weights), _ranks(names)[places], CELLS_MAX)
    rows = [(names[at], records) for at, (records,) in zip(told.others.tolist(), told.weights.tolist(), strict=True)]
    return [tuple(rows[start:end]) for start, end in _bounds(numbers, told)]


def _ranks(names: list[str]) -> NDArray[np.int64]:
    """Return each name's place among them all by its letters."""
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks


def _bounds(numbers: Numbers, told: Pairs) -> Iterable[tuple[int, int]]:
    starts, ends = np.searchsorted(told.numbers, numbers), np.searchsorted(told.numbers, numbers, "right")
    return zip(starts.tolist(), ends.tolist(), strict=True)
