"""A customer leaves the number silent and takes a new one, as a new customer: the circle and the cells move along.

Every other one keeps the handset. The old number's subscription stays: nobody counts who has gone.
"""

from collections.abc import Iterator
from datetime import timedelta

from msgspec import structs

from services.intake.domain.simulator import crm
from services.intake.domain.simulator.base import Subscriber
from services.intake.domain.simulator.episode import Act, Episode, Part
from shared.topic import Event

KNOWN_BEFORE = timedelta(minutes=5)
"""A customer is known before they hold a number."""
HANDSET, OTHER_HANDSET = "35{:012d}0", "86{:012d}0"


def shows(act: Act) -> Iterator[Event]:
    """Yield who holds the new number."""
    if act.day == 0:
        newcomer = act.part.newcomer
        yield crm.customer(newcomer, newcomer.activated_at - KNOWN_BEFORE)
        yield crm.subscription(newcomer, newcomer.activated_at)


def calls_as(act: Act) -> Subscriber | None:
    """Return the same person under the new number, once there is one."""
    if act.day < 0:
        return act.who
    kept = act.who.index % 2 == 0
    handset = act.who.handset if kept else OTHER_HANDSET.format(act.who.index)
    return structs.replace(act.who, msisdn=act.part.newcomer.msisdn, handset=handset)


def _with_a_handset(who: Subscriber, part: Part) -> Subscriber:
    return structs.replace(who, handset=HANDSET.format(who.index))


EPISODE = Episode(
    id="reentry",
    says="falls silent and comes back under another number",
    first_day=18,
    shows=shows,
    before=_with_a_handset,
    calls_as=calls_as,
    leaves=True,
)
