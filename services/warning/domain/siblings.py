"""Numbers of one customer: that a newer one began is told to the older ones. It never leaves the service."""

from collections.abc import Iterator, Sequence

from services.warning.domain.subscriber import Holder
from shared.ids import derived_id
from shared.topic import Label, Moment, SubscriberEvent

SIBLINGS_MAX = 20


class SiblingActivated(SubscriberEvent, frozen=True, kw_only=True):
    """The customer who holds this number activated another one later; it happened then."""

    sibling_id: Label
    """Subscription of the newer number."""
    package: Label
    activated_at: Moment


def siblings_told(recorded: Holder, held: Sequence[Holder]) -> Iterator[tuple[Holder, SiblingActivated]]:
    """Yield what `recorded` means for its customer's subscriptions: the older of each two is told of the newer.

    An organisation with many numbers changes them all the time; nothing is told of it.
    """
    if len(held) > SIBLINGS_MAX:
        return
    for other in held:
        older, newer = sorted((recorded, other), key=lambda holder: (holder.activated_at, holder.subscription_id))
        if older.subscription_id != newer.subscription_id:
            yield older, _told(older, newer)


def _told(older: Holder, newer: Holder) -> SiblingActivated:
    return SiblingActivated(
        id=derived_id("sibling", older.subscription_id, newer.subscription_id),
        occurred_at=newer.activated_at,
        msisdn=older.msisdn,
        sibling_id=newer.subscription_id,
        package=newer.package,
        activated_at=newer.activated_at,
    )
