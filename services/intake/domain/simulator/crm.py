"""What the CRM tells of a subscriber."""

from datetime import datetime

from services.intake.domain.simulator.base import Subscriber
from shared.events.customer_recorded import CustomerRecorded
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.ids import derived_id

BRAND = "tianyi"


def customer(who: Subscriber, at: datetime) -> CustomerRecorded:
    """Return who the customer is, as the CRM tells it at `at`."""
    same = ("customer_id", "name", "sex", "birth_month", "important", "stars", "member_level")
    return CustomerRecorded(
        id=derived_id("customer", who.customer_id),
        occurred_at=at,
        **{name: getattr(who, name) for name in same},
    )


def subscription(who: Subscriber, at: datetime, ended_at: datetime | None = None) -> SubscriptionRecorded:
    """Return that `who` holds the number, as the CRM tells it at `at`."""
    return SubscriptionRecorded(
        id=derived_id("subscription", who.subscription_id, at.isoformat()),
        occurred_at=at,
        msisdn=who.msisdn,
        subscription_id=who.subscription_id,
        customer_id=who.customer_id,
        county=who.county,
        brand=BRAND,
        package=who.plan.id,
        activated_at=who.activated_at,
        ended_at=ended_at,
        agent_id=who.agent_id,
    )
