"""Money came in for a number."""

from shared.topic import Fen, Stage, SubscriberEvent, Topic


class PaymentReceived(SubscriberEvent, frozen=True, kw_only=True):
    """A payment, and what the number still owes after it."""

    amount_fen: Fen
    remaining_fen: Fen


TOPIC = Topic(name="billing.payment_received.v1", event=PaymentReceived, stage=Stage.NETWORK, owner="billing")
