"""One partition's share of the sieve: the days it keeps, how far it has read, what is to be told.

What is told of a number's day depends on its CDRs alone: the version counts them, so that batches, crashes and the
moment of telling decide how many versions are told and never what one of them holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.warning.domain.sieve import columns, seen, signals
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.columns import DAY_S, OFFSET_S, Columns
from services.warning.domain.sieve.day import Day
from services.warning.domain.sieve.networks import Lateness, Sieving
from services.warning.domain.sieve.tally import Numbers
from services.warning.domain.sieve.usage import usage_days
from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay

HOUR_S = 3_600


@dataclass(slots=True)
class Lot:
    """What is remembered of one partition: one process owns it at a time and changes it in place, for speed."""

    next_offset: int
    epoch: int
    closed_through: int = 0
    """The last day that was closed, counted from 1970-01-01; 0: none yet."""
    forgotten_through: int = 0
    """The last day that was forgotten: begun anew, its versions would begin anew too, where policy grew patient."""
    watermark_s: float = 0.0
    """The latest event time seen, in seconds from 1970."""
    days: dict[int, Day] = field(default_factory=dict)
    untold: dict[int, Numbers] = field(default_factory=dict)
    """Whose day is to be told, or told again, numbers rising."""
    late: list[Cdr] = field(default_factory=list)
    """Beyond the lateness policy, since the last checkpoint."""
    corrected: int = 0
    """CDRs that came after their day was told and correct it, since this process took over."""
    repeated: int = 0
    """CDRs that had been tallied before, since this process took over."""

    def take(self, cdrs: Sequence[Cdr], next_offset: int, sieving: Sieving) -> list[SignalHeard]:
        """Tally `cdrs`, each once, and return the signals among them."""
        self.next_offset = next_offset
        if not cdrs:
            return []
        batch = columns.columns(cdrs, sieving)
        beyond = self._beyond(batch, sieving.lateness)
        if beyond.any():
            self.late += [cdrs[place] for place in np.flatnonzero(beyond).tolist()]
            batch = batch[~beyond]
        for day in np.unique(batch.days).tolist():
            self._tally(day, batch[batch.days == day])
        return list(signals.signals(cdrs, sieving.network, sieving.ported))

    def _beyond(self, batch: Columns, lateness: Lateness) -> NDArray[np.bool_]:
        """Tell which CDRs are too late, each by what the partition held before it: batches must not decide."""
        latest = np.maximum.accumulate(np.concatenate(([self.watermark_s], batch.stamps)))
        self.watermark_s = float(latest[-1])
        final = final_at(0, lateness) + batch.days * DAY_S <= latest[:-1]
        forgotten: NDArray[np.bool_] = batch.days <= self.forgotten_through
        return final | forgotten

    def _tally(self, day: int, rows: Columns) -> None:
        known = self.days.get(day) or Day()
        new = seen.fresh(rows.ids, known.ids)
        count = int(new.sum())
        self.repeated += len(new) - count
        if not count:
            return
        rows = rows if count == len(new) else rows[new]
        known.add(rows)
        self.days[day] = known
        if day <= self.closed_through:
            known.changed.append(np.unique(rows.numbers))
            self.corrected += count

    def close(self, lateness: Lateness, others_s: float = 0.0) -> None:
        """Have all days told that are over by this partition's time, or by `others_s` where it stands still."""
        now_s = max(self.watermark_s, others_s)
        for day in sorted(self.days):
            if day > self.closed_through and told_at(day, lateness) <= now_s:
                self.untold[day] = self.days[day].numbers()
                self.closed_through = day

    def mend(self) -> None:
        """Have all numbers told again whose day has changed since."""
        for number, day in self.days.items():
            if day.changed:
                waiting = [self.untold[number]] if number in self.untold else []
                self.untold[number] = np.unique(np.concatenate([*waiting, *day.changed]))
                day.changed = []

    def tell(self, count_max: int, sieving: Sieving) -> list[UsageDay]:
        """Return the events of the next numbers' days, which from now on are told."""
        if not self.untold:
            return []
        day = min(self.untold)
        numbers, rest = np.split(self.untold.pop(day), [count_max])
        if len(rest):
            self.untold[day] = rest
        return list(usage_days(day, self.days[day], numbers, sieving))

    def forget(self, lateness: Lateness) -> None:
        """Drop the days that nothing corrects any more, once they are told."""
        for number in list(self.days):
            over = number <= self.closed_through and final_at(number, lateness) <= self.watermark_s
            if over and number not in self.untold and not self.days[number].changed:
                del self.days[number]
                self.forgotten_through = max(self.forgotten_through, number)


def told_at(day: int, lateness: Lateness) -> float:
    """Return the event time by which a day is closed, in seconds from 1970."""
    return (day + 1) * DAY_S - OFFSET_S + lateness.grace_hours * HOUR_S


def final_at(day: int, lateness: Lateness) -> float:
    """Return the event time from which a day's late CDRs are kept aside, in seconds from 1970."""
    return (day + 1) * DAY_S - OFFSET_S + max(lateness.grace_hours, lateness.correct_hours) * HOUR_S
