"""Over the counter: packages shown, offers issued, accepted, declined, each in the caller's transaction."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.offers.api.schemas import Issue
from services.offers.domain.arbitration import allowed
from services.offers.domain.catalogue import all_mechanisms
from services.offers.domain.mechanism import Customer, Package
from services.offers.domain.offer import Offer, WrongStepError, moved
from services.offers.storage import facts, offers
from shared import metrics
from shared.db import audit, outbox
from shared.db.business_clock import business_now
from shared.db.policies import Policies
from shared.events.offer_changed import OfferState
from shared.http.problems import ConflictError, NotFoundError
from shared.http.tokens import Person
from shared.ids import derived_id

TAKEN = "an offer of this kind is open for the customer already"


class Counter:
    """The counter of whoever the transaction's claims name."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def packages(self, tx: AsyncConnection, customer_id: str) -> list[Package]:
        """Return the packages allowed for a customer, best first.

        Raises:
            NotFoundError: no such customer was warned, or they are not this person's.
        """
        customer = await facts.customer(tx, customer_id)
        if customer is None:
            raise NotFoundError("no such customer in your queues")
        return allowed(customer, all_mechanisms(), self._policies.book, await business_now(tx))

    async def issue(self, tx: AsyncConnection, who: Person, asked: tuple[str, Issue]) -> Offer:
        """Issue a package within an open work item; `asked` is the idempotency key and the body.

        Raises:
            NotFoundError: the item is closed or not this person's, or the package is not allowed.
            ConflictError: an offer of this mechanism is open already.
        """
        key, body = asked
        customer_id = await facts.open_item(tx, body.work_item_id)
        customer = await facts.customer(tx, customer_id) if customer_id else None
        if customer is None:
            raise NotFoundError("no such open work item in your queues")
        package = await self._package(tx, customer, body.package_id)
        if await offers.alive(tx, customer.subscription_id, package.mechanism):
            raise ConflictError(TAKEN)
        offer = _offer(customer, package, body.work_item_id, (who.staff_id, key))
        try:
            return await self._move(tx, who, offer, "issued")
        except IntegrityError as race:
            raise ConflictError(TAKEN) from race

    async def answer(self, tx: AsyncConnection, who: Person, offer_id: str, to: OfferState) -> Offer:
        """Keep the customer's answer.

        Raises:
            NotFoundError: no such offer of this person's customers.
            ConflictError: it was answered already.
        """
        offer = await offers.find(tx, offer_id)
        if offer is None:
            raise NotFoundError("no such offer in your queues")
        return await self._move(tx, who, offer, to)

    async def _package(self, tx: AsyncConnection, customer: Customer, package_id: str) -> Package:
        listed = allowed(customer, all_mechanisms(), self._policies.book, await business_now(tx))
        package = next((package for package in listed if package.package_id == package_id), None)
        if package is None:
            raise NotFoundError("this package is not allowed for the customer")
        return package

    async def _move(self, tx: AsyncConnection, who: Person, offer: Offer, to: OfferState) -> Offer:
        now = await business_now(tx)
        try:
            decision = moved(offer, to, now)
        except WrongStepError as wrong:
            raise ConflictError(str(wrong)) from wrong
        await offers.save(tx, decision.memory, now)
        await outbox.put(tx, decision.events)
        await audit.note(tx, who, f"offer_{to}", offer.offer_id, {"package_id": offer.package_id})
        metrics.OFFERS.labels(to).inc()
        return decision.memory


def _offer(customer: Customer, package: Package, work_item_id: str, asked: tuple[str, str]) -> Offer:
    staff_id, key = asked
    return Offer(
        offer_id=derived_id("offer", staff_id, key),
        customer_id=customer.customer_id,
        subscription_id=customer.subscription_id,
        msisdn=customer.msisdn,
        region=customer.region,
        work_item_id=work_item_id,
        staff_id=staff_id,
        mechanism=package.mechanism,
        package_id=package.package_id,
        terms=dict(package.terms),
        state=None,
    )
