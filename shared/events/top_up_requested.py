"""Billing is asked to credit airtime to a number."""

from shared.topic import Fen, Kind, Label, Stage, SubscriberEvent, Topic


class TopUpRequested(SubscriberEvent, frozen=True, kw_only=True):
    """The id is the request's; billing answers each id once, however often it is asked."""

    amount_fen: Fen
    customer_id: Label


TOPIC = Topic(
    name="billing.top_up_requested.v1",
    event=TopUpRequested,
    stage=Stage.NETWORK,
    kind=Kind.REQUEST,
    owner="billing",
)
