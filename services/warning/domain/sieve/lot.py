"""One partition's share of the sieve: its tallies, how far it has read, which days are over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec import Struct

from services.warning.domain.operators import Network
from services.warning.domain.sieve import columns, signals, tally
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.tally import EPOCH, Rows, Tallies
from shared.calendar import start_of
from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay
from shared.ids import derived_id


class Lateness(Struct, frozen=True, kw_only=True):
    """How long a day stays open for late CDRs; policy `warning.lateness`."""

    grace_hours: int = 6


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
class Lot:
    """What is remembered of one partition: one process owns it at a time and changes it in place, for speed."""

    next_offset: int
    epoch: int
    closed_through: int = 0
    """The last day that was closed, counted from 1970-01-01; 0: none yet."""
    watermark_s: float = 0.0
    """The latest event time seen, in seconds from 1970."""
    tallies: Tallies = field(default_factory=Tallies)
    changed: Tallies = field(default_factory=Tallies)
    """What was added since the last checkpoint."""
    late: int = 0
    """CDRs of closed days, since this process took over."""

    def take(self, cdrs: Sequence[Cdr], next_offset: int, sieving: Sieving) -> list[SignalHeard]:
        """Tally `cdrs` and return the signals among them."""
        self.next_offset = next_offset
        if not cdrs:
            return []
        rows = columns.tallied(cdrs, sieving.network.own_operator, sieving.ported_codes)
        in_time = rows[rows["day"] > self.closed_through]
        self.late += len(rows) - len(in_time)
        run = tally.summed(in_time)
        self.tallies.add(run)
        self.changed.add(run)
        self.watermark_s = max(self.watermark_s, max(cdr.occurred_at.timestamp() for cdr in cdrs))
        return list(signals.signals(cdrs, sieving.network, sieving.ported))

    def over(self, lateness: Lateness) -> list[int]:
        """Return the days that are over by this partition's own watermark."""
        return [day for day in self.tallies.days() if self._closes_at(day, lateness) <= self.watermark_s]

    def close(self, day: int) -> Rows:
        """Take out a day's tallies; CDRs of that day are late from now on."""
        self.closed_through = max(self.closed_through, day)
        return self.tallies.take(day)

    def changes(self) -> Rows:
        """Return what was added since the last call, as one run."""
        rows = self.changed.everything()
        self.changed = Tallies()
        return rows

    @staticmethod
    def _closes_at(day: int, lateness: Lateness) -> float:
        midnight = start_of(EPOCH + timedelta(days=day + 1))
        return (midnight + timedelta(hours=lateness.grace_hours)).timestamp()


def usage_days(rows: Rows) -> list[UsageDay]:
    """Return the events of a closed day's tallies, in the order of numbers."""
    return [_usage_day(row) for row in rows]


def _usage_day(row: Rows) -> UsageDay:
    day = EPOCH + timedelta(days=int(row["day"]))
    msisdn = f"+{row['number']}"
    return UsageDay(
        id=derived_id("usage_day", msisdn, day.isoformat(), "1"),
        occurred_at=start_of(day + timedelta(days=1)),
        msisdn=msisdn,
        day=day,
        version=1,
        **{name: int(row[name]) for name in tally.COUNTERS},
    )
