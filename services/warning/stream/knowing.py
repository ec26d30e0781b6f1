"""What the tables say that a batch of decisions may use."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.decide import AnyRule, Knowledge
from services.warning.domain.factors import month_learned_from, regions_around
from services.warning.domain.subscriber import Holder
from services.warning.storage import campaigns, factors, ported_numbers, troubles
from shared.calendar import local_date
from shared.events.forwarding_changed import ForwardingChanged
from shared.policy import PolicyBook
from shared.topic import SubscriberEvent

Happened = tuple[Holder, SubscriberEvent]
"""A fact about a number, and who held that number then."""


async def knowledge(
    tx: AsyncConnection, rules: Sequence[AnyRule], happened: Sequence[Happened], book: PolicyBook
) -> Knowledge:
    """Return what `rules` may use when they decide `happened`, at least one fact, under the policies of `book`."""
    events = [event for _, event in happened]
    months = {month_learned_from(event.occurred_at) for event in events}
    regions = {around for holder, _ in happened for around in regions_around(holder.region)}
    days = [local_date(event.occurred_at) for event in events]
    return Knowledge(
        rules=rules,
        policy=book,
        ported=await ported_numbers.of(tx, _named(events)),
        campaigns=await campaigns.between(tx, min(days), max(days)),
        factors=await factors.of(tx, months, regions),
        quarantined=await troubles.quarantined(tx),
    )


def _named(events: Sequence[SubscriberEvent]) -> list[str]:
    return [event.forwarded_to for event in events if isinstance(event, ForwardingChanged) and event.forwarded_to]
