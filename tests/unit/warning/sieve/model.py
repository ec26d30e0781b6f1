"""The sieve in the plainest words: dictionaries and sets, one CDR at a time. What the columns do must equal this."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.warning.domain.operators import HOTLINES, operator_of
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.tally import COUNTERS
from shared.calendar import local_date
from shared.ids import derived_id

OWN = "china_telecom"


@dataclass
class Model:
    """What is known after some CDRs."""

    ported: Mapping[str, str] = field(default_factory=dict)
    seen: set[tuple[date, str]] = field(default_factory=set)
    days: dict[tuple[date, str], Counter[str]] = field(default_factory=dict)
    signals: set[str] = field(default_factory=set)

    def take(self, cdrs: Iterable[Cdr]) -> None:
        """Take CDRs, each once a day."""
        for cdr in cdrs:
            self._hear(cdr)
            once = (local_date(cdr.occurred_at), cdr.id)
            if once not in self.seen:
                self.seen.add(once)
                self.days.setdefault((once[0], cdr.msisdn), Counter()).update(self._counted(cdr))

    def _counted(self, cdr: Cdr) -> dict[str, int]:
        way = "in" if cdr.direction == "in" else "out"
        if cdr.service != "voice":
            return {"messages": cdr.service == "sms", "bytes": cdr.bytes}
        operator = operator_of(cdr.peer, self.ported) if cdr.peer else None
        return {
            f"calls_{way}": 1,
            f"seconds_{way}": cdr.duration_s,
            "bytes": cdr.bytes,
            "own_net_calls": operator == OWN,
            "other_net_calls": operator is not None and operator != OWN,
        }

    def _hear(self, cdr: Cdr) -> None:
        if cdr.service == "voice" and cdr.direction == "out" and cdr.peer in HOTLINES:
            self.signals.add(derived_id("signal", "rival_hotline", cdr.id))
        operator = operator_of(cdr.peer, self.ported) if cdr.peer and cdr.peer not in HOTLINES else None
        if cdr.direction == "forwarded" and operator not in (None, OWN):
            self.signals.add(derived_id("signal", "rival_forwarded_leg", cdr.id))

    def told(self) -> dict[tuple[date, str], tuple[int, ...]]:
        """Return each number's day, counters in their order."""
        return {at: tuple(int(counted[name]) for name in COUNTERS) for at, counted in self.days.items()}
