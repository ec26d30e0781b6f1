"""A day that a rule asked to be woken on, so that "nothing happened" is a fact too. It never leaves the service."""

from datetime import date, timedelta

from services.warning.domain.subscriber import Holder
from shared.calendar import start_of
from shared.ids import derived_id
from shared.topic import SubscriberEvent


class DayCame(SubscriberEvent, frozen=True, kw_only=True):
    """`day` is over for a subscription of which some rule wanted to know that; it happened at the midnight after."""

    day: date


def day_came(holder: Holder, day: date) -> DayCame:
    """Return that `day` is over for the holder's subscription."""
    return DayCame(
        id=derived_id("day", holder.subscription_id, day.isoformat()),
        occurred_at=start_of(day + timedelta(days=1)),
        msisdn=holder.msisdn,
        day=day,
    )
