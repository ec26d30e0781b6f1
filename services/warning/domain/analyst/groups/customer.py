"""Who holds the number, and for how long."""

from collections.abc import Sequence
from typing import cast

from msgspec import Struct

from services.warning.domain.analyst.journal import Entry, Group, Subject
from services.warning.domain.subscriber import arpu
from shared.calendar import local_date
from shared.events.customer_recorded import Important
from shared.events.subscription_recorded import SubscriptionRecorded


class Customer(Struct, frozen=True, kw_only=True):
    """The subscription and its customer, as the CRM tells of them."""

    stars: int
    """Star rating, 0 to 7."""
    important: bool
    """Whether the customer is important whatever they spend (W17)."""
    brand: str
    """The subscription's brand."""
    package: str
    """The subscription's package."""
    tenure_days: int
    """Days since the subscription was activated."""
    important_as: Important | None = None
    """Why the customer is important; not known of those who are not."""
    arpu_fen: int | None = None
    """The mean of up to three billed months before this one."""


def view(subject: Subject, entries: Sequence[Entry]) -> Customer:
    """Return the customer at the subject's moment."""
    holder = subject.holder
    arpu_fen, _ = arpu(subject.profile, subject.at)
    return Customer(
        stars=holder.stars,
        important=holder.important is not None,
        brand=holder.brand,
        package=holder.package,
        tenure_days=max(0, (local_date(subject.at) - local_date(holder.activated_at)).days),
        important_as=cast("Important | None", holder.important),
        arpu_fen=arpu_fen,
    )


GROUP: Group[Entry] = Group(id="customer", hears=(SubscriptionRecorded,), features=Customer, view=view)
