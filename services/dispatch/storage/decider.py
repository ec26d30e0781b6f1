"""Decides events about customers under their locks, and keeps what became of it, for the stream and for the API."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.domain.decide import Desk, decide
from services.dispatch.storage import cases, staff
from shared import metrics
from shared.db.business_clock import business_now
from shared.db.policies import Policies
from shared.decision import fold
from shared.events.contact_reported import ContactReported
from shared.events.warning_raised import WarningRaised
from shared.topic import Event, of_kind


class Decider:
    """Decides in the caller's transaction."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def __call__(self, tx: AsyncConnection, happened: Sequence[tuple[str, Event]]) -> Sequence[Event]:
        """Decide each of `happened`, a customer's id and an event, and return what there is to say."""
        now = await business_now(tx)
        desk = Desk(self._policies.book, await staff.roster(tx), now)
        before = await cases.load(tx, (customer_id for customer_id, _ in happened), now)
        folded = fold(partial(decide, desk), before, happened)
        raised = of_kind(WarningRaised, [event for _, event in happened])
        await cases.save(tx, before, folded.memories, raised)
        for contact in of_kind(ContactReported, folded.events):
            await cases.record_contact(tx, contact)
            metrics.CONTACTS.labels(contact.outcome or "not_reached").inc()
        return folded.events
