"""The credit is nearly used up, then more than that, then paid."""

from collections.abc import Iterator

from services.intake.domain.simulator.episode import Act, Episode
from shared.events.credit_assessed import CreditAssessed
from shared.ids import derived_id
from shared.topic import Event

LIMIT_FEN = 50_000
USED_SHARES = {0: 0.85, 5: 1.05, 11: 0.1}
"""By day of the episode."""


def shows(act: Act) -> Iterator[Event]:
    """Yield today's assessment, where there is one."""
    share = USED_SHARES.get(act.day)
    if share is not None:
        yield CreditAssessed(
            id=derived_id("credit", act.who.subscription_id, act.today.isoformat()),
            occurred_at=act.at(10),
            msisdn=act.who.msisdn,
            credit_score=600,
            credit_limit_fen=LIMIT_FEN,
            used_fen=int(LIMIT_FEN * share),
            late_payments=1,
        )


EPISODE = Episode(id="credit_used_up", says="uses the credit up", first_day=5, shows=shows)
