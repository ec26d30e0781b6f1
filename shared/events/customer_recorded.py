"""What the CRM knows of a customer: a person or an organisation that holds numbers."""

from typing import Literal

from shared.topic import BirthMonth, Count, Event, Label, Stage, Topic

Important = Literal[
    "party_government",
    "military_police",
    "justice",
    "industry_commerce",
    "pricing",
    "press",
    "consumer_association",
    "enterprise_leader",
    "group_contact",
    "social_supervisor",
]
"""Why a customer is important whatever they spend (W17)."""


class CustomerRecorded(Event, frozen=True, kw_only=True):
    """The customer's record as of `occurred_at`; the latest one counts."""

    customer_id: Label
    name: Label
    sex: Literal["female", "male", "unknown"] = "unknown"
    birth_month: BirthMonth | None = None
    important: Important | None = None
    """None: not one of the important customers."""
    stars: Count = 0
    """Star rating, 0 to 7."""
    member_level: Literal["diamond", "gold", "silver", "ordinary"] | None = None
    """Level in the points club; None: no member."""


TOPIC = Topic(name="crm.customer.v1", event=CustomerRecorded, stage=Stage.NETWORK, owner="crm", key="customer_id")
