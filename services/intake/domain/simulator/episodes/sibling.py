"""A customer begins a second number on another package, and has the first one stopped some days later."""

from collections.abc import Iterator

from msgspec import structs

from services.intake.domain.simulator import crm
from services.intake.domain.simulator.episode import Act, Episode
from shared.events.suspension_changed import SuspensionChanged
from shared.ids import derived_id
from shared.topic import Event

STOPPED_DAY = 12


def shows(act: Act) -> Iterator[Event]:
    """Yield the new number, and the stop of the old one."""
    if act.day == 0:
        theirs = structs.replace(act.part.newcomer, customer_id=act.who.customer_id)
        yield crm.subscription(theirs, theirs.activated_at)
    if act.day == STOPPED_DAY:
        yield SuspensionChanged(
            id=derived_id("suspension", act.who.subscription_id, act.today.isoformat()),
            occurred_at=act.at(10),
            msisdn=act.who.msisdn,
            kind="voluntary",
            action="suspended",
        )


EPISODE = Episode(id="sibling", says="drops the number for a newer one of theirs", first_day=8, shows=shows)
