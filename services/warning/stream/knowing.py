"""What the tables say that a batch of decisions may use."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.decide import AnyRule, Knowledge
from services.warning.storage import campaigns, ported_numbers, troubles
from shared.calendar import local_date
from shared.events.forwarding_changed import ForwardingChanged
from shared.policy import PolicyBook
from shared.topic import SubscriberEvent


async def knowledge(
    tx: AsyncConnection, rules: Sequence[AnyRule], events: Sequence[SubscriberEvent], book: PolicyBook
) -> Knowledge:
    """Return what `rules` may use when they decide `events`, at least one, under the policies of `book`."""
    days = [local_date(event.occurred_at) for event in events]
    return Knowledge(
        rules=rules,
        policy=book,
        ported=await ported_numbers.of(tx, _named(events)),
        campaigns=await campaigns.between(tx, min(days), max(days)),
        quarantined=await troubles.quarantined(tx),
    )


def _named(events: Sequence[SubscriberEvent]) -> list[str]:
    return [event.forwarded_to for event in events if isinstance(event, ForwardingChanged) and event.forwarded_to]
