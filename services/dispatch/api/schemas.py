"""What goes over HTTP, as OpenAPI shows it."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.contact_reported import Outcome
from shared.events.staff_recorded import Role

Means = Literal["tariff", "promotion", "service", "new_business"]
Reason = Literal[
    "competitor_tariff",
    "competitor_handset",
    "arbitrary_sp_charges",
    "competitor_poaching",
    "work_environment",
    "network_quality",
    "service_dissatisfaction",
    "other",
]


class Strict(BaseModel):
    """A body in which an unknown field is an error: a misspelt one must not be lost."""

    model_config = ConfigDict(extra="forbid")


class WorkItem(BaseModel):
    """A work item in a queue; the number is masked."""

    work_item_id: str
    customer_id: str
    number: str = Field(examples=["133****0001"])
    state: str
    tier: str
    priority: int
    home_region: str
    offered_region: str
    assigned_to: str | None
    opened_at: datetime
    due_at: datetime
    attempts: int


class Lease(BaseModel):
    """A work item in hand: the token goes with each further request, and a stale one is refused."""

    item: WorkItem
    token: int
    lease_until: datetime


class Page(BaseModel):
    """One page of a queue; `next` goes back as `cursor`. None: this was the last."""

    items: list[WorkItem]
    next: str | None


class Token(Strict):
    """The fencing token of a lease."""

    token: int


class Handback(Token):
    """An item given back, and why."""

    why: str = Field(min_length=1, max_length=200)


class Reveal(Token):
    """A reason for seeing the whole number; it is audited."""

    why: str = Field(min_length=1, max_length=200)


class Number(BaseModel):
    """A number in clear, for dialling."""

    number: str


class Result(Token):
    """What came of the contact (D5)."""

    reached: bool
    outcome: Outcome | None = None
    judged_reason: Reason | None = None
    means: list[Means] = []
    offers: list[str] = Field(default=[], max_length=10)
    next_step: str | None = Field(default=None, max_length=500)
    next_on: date | None = None

    @model_validator(mode="after")
    def _outcome_if_reached(self) -> "Result":
        if self.reached != (self.outcome is not None):
            raise ValueError("an outcome is given if and only if the customer was reached")
        return self


class Reported(BaseModel):
    """The result was kept; `item_state` is `open` where the item will be tried again."""

    contact_id: str
    item_state: str


class BillShown(BaseModel):
    """A month's bill, in yuan, with the usage behind it."""

    month: str
    amount_yuan: float
    local_minutes: int
    long_distance_minutes: int
    roaming_minutes: int
    sms_fee_yuan: float
    data_fee_yuan: float
    value_added_fee_yuan: float
    data_mb: int


class WarningShown(BaseModel):
    """A warning behind the item: what it says, why, and what it rests on."""

    warning_id: str
    type: str
    level: int
    raised_at: datetime
    explanation_zh: str
    explanation_en: str
    evidence: dict[str, Any]
    reasons: list[dict[str, Any]]
    rule_version: int
    policy_version: int


class VisitShown(BaseModel):
    """An earlier contact."""

    at: datetime
    reached: bool
    outcome: str | None
    judged_reason: str | None
    means: list[str]


class Card(BaseModel):
    """The customer's whole card (D3). A field is null where nobody has told it."""

    item: WorkItem
    owner_name: str | None
    number: str
    sex: str | None
    birth_month: str | None
    high_value_type: str | None
    important: str | None
    stars: int | None
    warning_types: list[str]
    brand: str | None
    package: str | None
    tenure_months: int | None
    billed_yuan: float | None
    arpu_yuan: float | None
    months_known: int
    arrears_yuan: float | None
    bills: list[BillShown]
    """Newest first, the month at hand against earlier ones."""
    change_share: float | None
    """The newest bill against the one before; -0.3 is a fall by 30 %."""
    visits: int
    means_used: list[str]
    last_month_visit_at: datetime | None
    last_month_feedback: str | None
    history: list[VisitShown]
    warnings: list[WarningShown]
    offers: list[dict[str, Any]] | None
    """Allowed packages, best first; null where the offers service did not answer, see `offers_missing`."""
    offers_missing: str | None = None


class StaffMember(Strict):
    """A person who works items or supervises."""

    name: str = Field(min_length=1, max_length=64)
    role: Role
    region: str = Field(pattern=r"^[1-9][0-9]{5}(\.[1-9][0-9]{5}){0,2}$", examples=["150000.150100"])
    team: str | None = Field(default=None, max_length=64)
    active: bool = True


class StaffListed(StaffMember):
    """A person with their id."""

    staff_id: str
