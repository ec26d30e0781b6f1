"""The quality of upstream feeds over HTTP (W20)."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from msgspec import structs
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.intake.api.room import Watching
from services.intake.domain.feeds import Basis
from services.intake.storage.feeds import judged
from shared.calendar import local_date
from shared.db.business_clock import business_now
from shared.db.engine import scoped
from shared.http.people import person_in
from shared.http.problems import ForbiddenError, UnauthorizedError, responses
from shared.http.tokens import Person
from shared.roles import OVERSEERS

router = APIRouter(tags=["feeds"], responses=responses(UnauthorizedError, ForbiddenError))
Reader = Annotated[Person, Depends(person_in(*OVERSEERS, "integrator", "ops"))]
Day = Annotated[date | None, Query(description="a calendar day in Asia/Shanghai; today if left out")]

EXAMPLE: JsonDict = {
    "topic": "service.porting.v1",
    "day": "2026-03-05",
    "arrived": 412,
    "expected": 436,
    "expected_by": "weekday",
    "missing": None,
    "jumps": 0,
    "completeness": 0.945,
    "delay_s_p50": 1.6,
    "delay_s_p95": 12.8,
    "delay_s_max": 44.1,
    "looked_at": 412,
    "repeated": 3,
    "repeated_share": 0.0073,
    "refused": 0,
    "refused_share": 0.0,
    "last_arrived_at": "2026-03-05T23:58:12+08:00",
    "silent_s": 0.0,
}


class FeedShown(BaseModel):
    """One feed on one day; a figure is null where nothing is known of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    topic: str
    day: date
    arrived: int = Field(description="records whose event occurred on that day, repeats included")
    expected: int | None = Field(description="what the feed's own past lets expect of the hours that are over")
    expected_by: Basis | None = Field(description="the same hours of the same weekday, or of the day of the month")
    missing: int | None = Field(description="left out in the records' own numbers; null: they have none")
    jumps: int = Field(description="places where a source began to count anew")
    completeness: float | None = Field(description="the lower share of the two, at most 1")
    delay_s_p50: float | None
    delay_s_p95: float | None
    delay_s_max: float | None
    looked_at: int = Field(description="records held against the ids of 14 days: all, of raw CDRs one in sixteen")
    repeated: int
    repeated_share: float | None
    refused: int = Field(description="records that arrived on that day and could not be read")
    refused_share: float | None
    last_arrived_at: datetime | None
    silent_s: float = Field(description="since when nothing came although it should have; 0: all is well")


@router.get("/feeds")
async def shown(here: Watching, who: Reader, day: Day = None) -> list[FeedShown]:
    """Show how good each upstream feed was on a day."""
    async with scoped(here.station.api, who.claims()) as tx:
        asked = day or local_date(await business_now(tx))
        found = await judged(tx, here.station.policies.book, asked)
    return [FeedShown.model_validate(structs.asdict(each)) for each in found]
