"""Decides events about customers under their locks, and keeps what became of it, for the stream and for the API."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.domain.decide import Desk, decide
from services.dispatch.domain.texts import Texts, judged, said
from services.dispatch.storage import cases, staff, texts
from shared import metrics
from shared.db.business_clock import business_now
from shared.db.policies import Policies
from shared.decision import fold
from shared.events.contact_reported import ContactReported
from shared.events.contact_requested import ContactRequested
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

    async def texts(self, tx: AsyncConnection, requests: Sequence[ContactRequested]) -> Sequence[Event]:
        """Decide whether texts may be sent, in their order, and return the answers and what the gateway is asked."""
        customers = [request.customer_id for request in requests]
        now = await business_now(tx)
        held = await cases.load(tx, customers, now)
        last, events = await texts.last_released(tx, customers), list[Event]()
        for request in requests:
            limits = self._policies.book.resolve("dispatch.texts", Texts(), request.region, now).value
            state = judged(held[request.customer_id], last.get(request.customer_id), request, limits, now)
            if state == "released":
                last[request.customer_id] = now
            await texts.record(tx, request, state, now)
            events += said(request, state, limits, now)
        return events
