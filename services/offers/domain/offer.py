"""An offer's way: issued, then accepted or declined, then fulfilled or refused by billing. Each step once only."""

from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from shared.decision import Decision
from shared.events.fulfilment_answered import FulfilmentAnswered
from shared.events.fulfilment_requested import FulfilmentRequested
from shared.events.offer_changed import OfferChanged, OfferState
from shared.ids import derived_id
from shared.topic import Event

STEPS: dict[OfferState | None, tuple[OfferState, ...]] = {
    None: ("issued",),
    "issued": ("accepted", "declined"),
    "accepted": ("fulfilled", "refused"),
}


class Offer(Struct, frozen=True, kw_only=True):
    """An offer made to a customer."""

    offer_id: str
    customer_id: str
    subscription_id: str
    msisdn: str
    region: str
    work_item_id: str
    staff_id: str
    mechanism: str
    package_id: str
    terms: dict[str, Any]
    state: OfferState | None
    """None: not issued yet."""


class WrongStepError(Exception):
    """The offer is in a state from which this step does not lead."""

    def __init__(self, offer: Offer, to: OfferState) -> None:
        super().__init__(f"an offer that is {offer.state} cannot become {to}")


def moved(offer: Offer, to: OfferState, at: datetime) -> Decision[Offer]:
    """Return the offer in state `to`, and what there is to say.

    Raises:
        WrongStepError: no step leads there.
    """
    if to not in STEPS.get(offer.state, ()):
        raise WrongStepError(offer, to)
    after = structs.replace(offer, state=to)
    said: list[Event] = [_changed(after, offer.state, at)]
    if to == "accepted":
        said.append(_request(after, at))
    return Decision(after, tuple(said))


def answered(offer: Offer, answer: FulfilmentAnswered) -> Decision[Offer]:
    """Return the offer after billing's answer; an answer that comes twice changes nothing."""
    if offer.state != "accepted":
        return Decision(offer)
    return moved(offer, "fulfilled" if answer.accepted else "refused", answer.occurred_at)


def request_id(offer_id: str) -> str:
    """Return the id under which billing is asked to fulfil an offer."""
    return derived_id("fulfilment", offer_id)


def _changed(offer: Offer, previous: OfferState | None, at: datetime) -> OfferChanged:
    assert offer.state is not None, "an offer that was moved is in a state"
    same = ("offer_id", "customer_id", "subscription_id", "msisdn", "region", "work_item_id", "staff_id")
    return OfferChanged(
        id=derived_id("offer_changed", offer.offer_id, offer.state),
        occurred_at=at,
        mechanism=offer.mechanism,
        terms=offer.terms,
        state=offer.state,
        previous=previous,
        **{name: getattr(offer, name) for name in same},
    )


def _request(offer: Offer, at: datetime) -> FulfilmentRequested:
    return FulfilmentRequested(
        id=request_id(offer.offer_id),
        occurred_at=at,
        msisdn=offer.msisdn,
        offer_id=offer.offer_id,
        mechanism=offer.mechanism,
        terms=offer.terms,
    )
