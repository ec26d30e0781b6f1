"""What came of reading a file: how much was taken, what was refused and why, what was billed."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from services.intake.domain.format import Money, Refused, Taken
from shared.catalogue import topic_of
from shared.events.bill_issued import BillIssued


@dataclass(slots=True)
class Report:
    """Counts kept while a file is read."""

    accepted: int = 0
    """Lines that were taken."""
    refused: Counter[str] = field(default_factory=Counter)
    """Lines by the reason of their refusal."""
    published: Counter[str] = field(default_factory=Counter)
    """Events by topic."""
    bills: int = 0
    billed_fen: int = 0

    def note(self, reading: Taken | Refused) -> None:
        """Count a line's reading."""
        if isinstance(reading, Refused):
            self.refused[reading.reason] += 1
            return
        self.accepted += reading.lines
        for event in reading.events:
            self.published[topic_of(type(event)).name] += 1
            if isinstance(event, BillIssued):
                self.bills += 1
                self.billed_fen += event.amount_due_fen

    def summed(self, money: Money) -> dict[str, Any]:
        """Return the counts; `billed_total` is in the format's own money, before it was scaled."""
        return {
            "accepted": self.accepted,
            "refused": dict(sorted(self.refused.items())),
            "published": dict(sorted(self.published.items())),
            "bills": self.bills,
            "billed_total": round(self.billed_fen / money.fen, 2),
            "currency": money.currency,
        }
