"""What a number's holder may owe, what they owe, and how they paid so far (names after TMF629 creditProfile)."""

from typing import Annotated

from msgspec import Meta

from shared.topic import Count, Fen, Stage, SubscriberEvent, Topic

CreditScore = Annotated[int, Meta(ge=0, le=1_000)]
"""1,000 is best."""


class CreditAssessed(SubscriberEvent, frozen=True, kw_only=True):
    """The credit control's assessment as of `occurred_at`."""

    credit_score: CreditScore
    credit_limit_fen: Fen
    used_fen: Fen
    """Unbilled use and arrears together."""
    late_payments: Count = 0
    """Bills of the last twelve months that were paid after their day."""


TOPIC = Topic(name="billing.credit.v1", event=CreditAssessed, stage=Stage.NETWORK, owner="billing")
