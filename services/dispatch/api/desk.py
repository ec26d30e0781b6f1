"""What a person does at the desk, each in one transaction.

Reading and leasing run as the person, under row-level security; a result is decided, as events are, after the database
has said that the item is in this person's hand.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.api.schemas import Reported, Result
from services.dispatch.domain.leases import Leases
from services.dispatch.storage import cases, queue
from services.dispatch.storage.decider import Decider
from services.dispatch.storage.queue import QueuedItem
from shared.db import audit, outbox
from shared.db.business_clock import business_now
from shared.db.policies import Policies
from shared.events.contact_reported import ContactReported
from shared.events.work_item_closed import WorkItemClosed
from shared.http.problems import ConflictError, NotFoundError
from shared.http.tokens import Person
from shared.ids import derived_id
from shared.topic import of_kind

STALE = "the lease has lapsed or is another's: claim the next item"


class Desk:
    """The desk of whoever the transaction's claims name."""

    def __init__(self, policies: Policies, decide: Decider) -> None:
        self._policies = policies
        self._decide = decide

    async def claim_next(self, tx: AsyncConnection, who: Person) -> QueuedItem | None:
        """Return the item in hand, else lease the next one; so a lost answer strands nothing."""
        await queue.one_by_one(tx, who.staff_id)
        held = await queue.in_hand(tx, who.staff_id)
        return held or await queue.claim_next(tx, who.staff_id, await self._lease_s(tx, who))

    async def renew(self, tx: AsyncConnection, who: Person, work_item_id: str, token: int) -> QueuedItem:
        """Lengthen the lease.

        Raises:
            ConflictError: the token is stale.
        """
        item = await queue.renew(tx, work_item_id, token, await self._lease_s(tx, who))
        if item is None:
            raise ConflictError(STALE)
        return item

    async def give_back(self, tx: AsyncConnection, who: Person, handback: tuple[str, int, str]) -> None:
        """Put an item back into its queue: id, token, and why.

        Raises:
            ConflictError: the token is stale.
        """
        work_item_id, token, why = handback
        if not await queue.give_back(tx, work_item_id, token):
            raise ConflictError(STALE)
        await cases.tell(tx, "returned", work_item_id)
        await audit.note(tx, who, "item_returned", work_item_id, {"why": why})

    async def reveal(self, tx: AsyncConnection, who: Person, work_item_id: str, asked: tuple[int, str]) -> str:
        """Return the whole number of an item in hand; `asked` is the token and the reason, which is audited.

        Raises:
            ConflictError: the item is not in this hand.
        """
        token, why = asked
        item = await queue.in_hand(tx, who.staff_id)
        if item is None or item.work_item_id != work_item_id or item.lease_token != token:
            raise ConflictError(STALE)
        await audit.note(tx, who, "number_revealed", work_item_id, {"why": why})
        return item.msisdn

    async def find(self, tx: AsyncConnection, work_item_id: str) -> QueuedItem:
        """Return an item that the person may see.

        Raises:
            NotFoundError: there is none.
        """
        item = await queue.find(tx, work_item_id)
        if item is None:
            raise NotFoundError("no such work item in your queues")
        return item

    async def report(self, tx: AsyncConnection, who: Person, work_item_id: str, result: Result) -> Reported:
        """Keep a contact's result; `tx` must be the deciding role's, with the person's claims set.

        Raises:
            ConflictError: the token is stale, the lease lapsed, or the item was closed meanwhile.
        """
        item = await queue.held_for_completion(tx, work_item_id, result.token)
        if item is None:
            raise ConflictError(STALE)
        contact = _contact(item, who, result, await business_now(tx))
        said = await self._decide(tx, [(item.customer_id, contact)])
        await queue.let_go(tx, work_item_id)
        await audit.note(tx, who, "contact_reported", work_item_id, {"outcome": result.outcome})
        await outbox.put(tx, said)
        closed = of_kind(WorkItemClosed, said)
        return Reported(contact_id=contact.id, item_state=closed[0].state if closed else "open")

    async def _lease_s(self, tx: AsyncConnection, who: Person) -> int:
        now = await business_now(tx)
        return self._policies.book.resolve("dispatch.leases", Leases(), who.region, now).value.lease_s


def _contact(item: QueuedItem, who: Person, result: Result, at: datetime) -> ContactReported:
    return ContactReported(
        id=derived_id("contact", item.work_item_id, str(item.attempts + 1)),
        occurred_at=at,
        work_item_id=item.work_item_id,
        customer_id=item.customer_id,
        subscription_id=item.subscription_id,
        msisdn=item.msisdn,
        region=item.home_region,
        staff_id=who.staff_id,
        attempt=item.attempts + 1,
        reached=result.reached,
        outcome=result.outcome,
        judged_reason=result.judged_reason,
        means=tuple(result.means),
        offers=tuple(result.offers),
        next_step=result.next_step,
        next_on=result.next_on.isoformat() if result.next_on else None,
    )
