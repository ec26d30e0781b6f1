"""What goes over HTTP, as OpenAPI shows it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class PackageShown(BaseModel):
    """A package that may be offered, amounts in yuan for people and in fen in its terms."""

    package_id: str = Field(examples=["deposit_gift:200"])
    mechanism: str
    strategy: str
    name_zh: str
    name_en: str
    why_zh: str
    why_en: str
    worth_yuan: float
    terms: dict[str, Any]


class Packages(BaseModel):
    """The packages allowed for a customer, best first."""

    customer_id: str
    packages: list[PackageShown]


class Issue(BaseModel):
    """A package offered within a work item."""

    model_config = ConfigDict(extra="forbid")

    work_item_id: str
    package_id: str


class OfferShown(BaseModel):
    """An offer in its state."""

    offer_id: str
    customer_id: str
    work_item_id: str
    package_id: str
    mechanism: str
    terms: dict[str, Any]
    state: str
