"""One partition's share of the sieve: its tallies, what it has seen, how far it has read, which days are over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.warning.domain.operators import Network
from services.warning.domain.sieve import columns, seen, signals, tally
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.columns import Columns
from services.warning.domain.sieve.runs import Runs
from services.warning.domain.sieve.seen import Hashes
from services.warning.domain.sieve.tally import COUNTERS, EMPTY, Tally
from shared.calendar import start_of
from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay
from shared.ids import derived_id
from shared.policy import Hours

EPOCH = date(1970, 1, 1)


class Lateness(Struct, frozen=True, kw_only=True):
    """How long a day stays open for late CDRs; policy `warning.lateness`."""

    grace_hours: Hours = 6


@dataclass(frozen=True, slots=True)
class Sieving:
    """What the sieve may use beside the CDRs."""

    network: Network
    ported: Mapping[str, str]
    lateness: Lateness

    @property
    def ported_codes(self) -> dict[int, int]:
        """Return the porting table as the columns take it."""
        codes = {name: code + 1 for code, name in enumerate(columns.OPERATOR_CODES)}
        return {int(number): codes.get(operator, 0) for number, operator in self.ported.items()}


@dataclass(slots=True)
class Day:
    """What is known of one open day, and what of it is new since the last checkpoint."""

    tallies: Runs[Tally] = field(default_factory=tally.new_runs)
    ids: Runs[Hashes] = field(default_factory=seen.new_runs)
    new_tallies: Runs[Tally] = field(default_factory=tally.new_runs)
    new_ids: Runs[Hashes] = field(default_factory=seen.new_runs)

    def add(self, run: Tally, ids: Hashes) -> None:
        """Add a summed batch and its sorted ids."""
        for tallies in (self.tallies, self.new_tallies):
            tallies.add(run)
        for known in (self.ids, self.new_ids):
            known.add(ids)

    def take_new(self) -> tuple[Tally, Hashes]:
        """Return what is new, which from now on isn't."""
        new = self.new_tallies.one(EMPTY), self.new_ids.one(seen.NONE)
        self.new_tallies, self.new_ids = tally.new_runs(), seen.new_runs()
        return new


@dataclass(slots=True)
class Lot:
    """What is remembered of one partition: one process owns it at a time and changes it in place, for speed."""

    next_offset: int
    epoch: int
    closed_through: int = 0
    """The last day that was closed, counted from 1970-01-01; 0: none yet."""
    watermark_s: float = 0.0
    """The latest event time seen, in seconds from 1970."""
    days: dict[int, Day] = field(default_factory=dict)
    late: int = 0
    """CDRs of closed days, since this process took over."""
    repeated: int = 0
    """CDRs that had been tallied before, since this process took over."""

    def take(self, cdrs: Sequence[Cdr], next_offset: int, sieving: Sieving) -> list[SignalHeard]:
        """Tally `cdrs`, each once, and return the signals among them."""
        self.next_offset = next_offset
        if not cdrs:
            return []
        batch = columns.columns(cdrs, sieving.network.own_operator, sieving.ported_codes)
        for day in np.unique(batch.days):
            self._tally(int(day), batch, batch.days == day)
        self.watermark_s = max(self.watermark_s, batch.watermark_s)
        return list(signals.signals(cdrs, sieving.network, sieving.ported))

    def _tally(self, day: int, batch: Columns, mask: NDArray[np.bool_]) -> None:
        if day <= self.closed_through:
            self.late += int(mask.sum())
            return
        known = self.days.setdefault(day, Day())
        ids = batch.ids[mask]
        new = seen.fresh(ids, known.ids)
        self.repeated += len(new) - int(new.sum())
        if new.any():
            run = tally.summed(batch.numbers[mask][new], batch.counters[mask][new])
            known.add(run, np.sort(ids[new]))

    def over(self, lateness: Lateness) -> list[int]:
        """Return the days that are over by this partition's own watermark, earliest first."""
        return sorted(day for day in self.days if _closes_at(day, lateness) <= self.watermark_s)

    def close(self, day: int) -> Tally:
        """Take out a day's tallies; CDRs of that day are late from now on."""
        self.closed_through = max(self.closed_through, day)
        return self.days.pop(day).tallies.one(EMPTY)


def _closes_at(day: int, lateness: Lateness) -> float:
    midnight = start_of(EPOCH + timedelta(days=day + 1))
    return (midnight + timedelta(hours=lateness.grace_hours)).timestamp()


def usage_days(day: int, rows: Tally) -> Iterable[UsageDay]:
    """Yield the events of a closed day's tallies, in the order of numbers."""
    calendar_day = EPOCH + timedelta(days=day)
    named, over_at = calendar_day.isoformat(), start_of(calendar_day + timedelta(days=1))
    for number, counters in zip(rows.numbers.tolist(), rows.counters.tolist(), strict=True):
        msisdn = f"+{number}"
        yield UsageDay(
            id=derived_id("usage_day", msisdn, named, "1"),
            occurred_at=over_at,
            msisdn=msisdn,
            day=calendar_day,
            version=1,
            **dict(zip(COUNTERS, counters, strict=True)),
        )
