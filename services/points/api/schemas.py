"""What goes over HTTP, as OpenAPI shows it."""

from pydantic import BaseModel, ConfigDict, Field


class Balance(BaseModel):
    """The points that a member can spend."""

    customer_id: str
    points: int


class Redeem(BaseModel):
    """Points to be turned into airtime on the member's number."""

    model_config = ConfigDict(extra="forbid")

    points: int = Field(gt=0, examples=[1000])


class RedemptionShown(BaseModel):
    """A redemption; it is `reserved` until billing has answered."""

    redemption_id: str
    customer_id: str
    points: int
    airtime_yuan: float
    state: str
