"""An offer's way from issue to fulfilment: each step once only."""

from typing import Any, Literal

from shared.topic import Event, Label, Msisdn, RegionPath, Stage, Topic

OfferState = Literal["issued", "accepted", "declined", "fulfilled", "refused"]


class OfferChanged(Event, frozen=True, kw_only=True):
    """The offer came into `state`. `refused` is billing's word, `declined` the customer's."""

    offer_id: Label
    customer_id: Label
    subscription_id: Label
    msisdn: Msisdn
    region: RegionPath
    work_item_id: Label
    staff_id: Label
    mechanism: Label
    terms: dict[str, Any]
    state: OfferState
    previous: OfferState | None


TOPIC = Topic(
    name="offers.offer_changed.v1",
    event=OfferChanged,
    stage=Stage.OFFERS,
    owner="offers",
    key="customer_id",
    retention_days=90,
)
