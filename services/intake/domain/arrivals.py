"""What a batch of one topic's records says of its feed: counts, delays, ids and sequences, as they truly arrived."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from math import ceil, log2

from shared.calendar import ZONE, local_date
from shared.topic import Event

SEQUENCED = re.compile(r"(?P<source>[^/]{1,64})/(?P<sequence>[0-9]{1,18})")
"""An id that is its source and its number there: `msc-15/000123`. Other ids say nothing of what is missing."""
SAMPLE = 16
"""Of the ids of raw CDRs one in so many is remembered, always the same ones: a resend is seen or not, never half."""
DELAY_MIN_S = 0.1
STEPS = 4
"""Delays are counted in steps of a fourth of an octave: a quantile is at most a fifth too high, and never too low."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event, and when its record reached the broker, in business time."""

    event: Event
    arrived_at: datetime


@dataclass(slots=True)
class Latest:
    """The extremes of one day's arrivals."""

    delay_s_max: float
    arrived_at: datetime


@dataclass(slots=True)
class Batch:
    """Counts of one batch, to be added to those of its topic."""

    arrived: Counter[datetime] = field(default_factory=Counter)
    """Records by the hour in which they occurred."""
    delays: Counter[tuple[date, int]] = field(default_factory=Counter)
    """Records by the day on which they occurred, and the step of their delay."""
    latest: dict[date, Latest] = field(default_factory=dict)
    ids: list[tuple[int, date]] = field(default_factory=list)
    """The ids looked at as 64-bit hashes, with the days on which they occurred."""
    sequences: dict[tuple[str, date], list[int]] = field(default_factory=dict)
    """Numbers by source and day, where the ids tell any."""


def batch_of(arrivals: Iterable[Arrived], *, every_id: bool) -> Batch:
    """Return what `arrivals` of one topic add up to; of ids only a sample is looked at unless `every_id`."""
    batch = Batch()
    for each in arrivals:
        day, id_hash = _counted(batch, each), hashed(each.event.id)
        if every_id or id_hash % SAMPLE == 0:
            batch.ids.append((id_hash, day))
        if told := SEQUENCED.fullmatch(each.event.id):
            batch.sequences.setdefault((told["source"], day), []).append(int(told["sequence"]))
    return batch


def _counted(batch: Batch, each: Arrived) -> date:
    """Count one arrival, and return the day on which it occurred."""
    at = each.event.occurred_at
    day, delay_s = local_date(at), max((each.arrived_at - at).total_seconds(), 0.0)
    batch.arrived[at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)] += 1
    batch.delays[day, step_of(delay_s)] += 1
    latest = batch.latest.setdefault(day, Latest(delay_s, each.arrived_at))
    latest.delay_s_max = max(latest.delay_s_max, delay_s)
    latest.arrived_at = max(latest.arrived_at, each.arrived_at)
    return day


def hashed(event_id: str) -> int:
    """Return 64 bits of an id as a signed number, as a database column holds it."""
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def repeats(looked_at: Sequence[tuple[int, date]], fresh: set[int]) -> tuple[Counter[date], Counter[date]]:
    """Return by day how many ids were looked at and how many of them had come before; `fresh` had not, each once."""
    left, again = set(fresh), Counter[date]()
    for id_hash, day in looked_at:
        if id_hash in left:
            left.discard(id_hash)
        else:
            again[day] += 1
    return Counter(day for _, day in looked_at), again


def step_of(delay_s: float) -> int:
    """Return the step that a delay belongs to; the first one holds all up to a tenth of a second."""
    return max(ceil(log2(delay_s / DELAY_MIN_S) * STEPS), 0) if delay_s > 0 else 0


def delay_at_most_s(step: int) -> float:
    """Return the longest delay that belongs to `step`."""
    return float(DELAY_MIN_S * 2 ** (step / STEPS))


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return `numbers` as ranges, their ends included."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges
