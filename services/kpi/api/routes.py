"""Success rates over HTTP (K1, K2): by month, for the whole region or its cities, counties and people."""

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.kpi.api.room import Here
from services.kpi.domain.catalogue import all_measures, all_ratios
from services.kpi.domain.measure import AnyMeasure, Ratio
from services.kpi.domain.report import rates
from services.kpi.storage import reports
from services.kpi.storage.reports import Grouping
from shared.db.engine import scoped
from shared.http.people import person_in
from shared.http.problems import ForbiddenError, UnauthorizedError, responses
from shared.http.tokens import Person
from shared.roles import OVERSEERS

router = APIRouter(prefix="/kpi", tags=["kpi"], responses=responses(UnauthorizedError, ForbiddenError))
Reader = Annotated[Person, Depends(person_in(*OVERSEERS, "finance"))]
Month = Annotated[str, Query(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-03"])]


class Row(BaseModel):
    """One month's figures for one group."""

    month: str
    region: str = Field(description="Path of adcodes; empty for all that the asker may see")
    name_zh: str | None
    name_en: str | None
    staff_id: str | None
    measures: dict[str, int]
    rates: dict[str, float | None]


class Factor(BaseModel):
    """How often contacts failed for one reason, in one month and group."""

    month: str
    region: str = Field(description="Path of adcodes; empty for all that the asker may see")
    staff_id: str
    factor: str = Field(description="The reason that the caller judged; `not_said` where none was given")
    failures: int


class Definition(BaseModel):
    """What a measure or a ratio says."""

    id: str
    requirement: str
    says: str


@router.get("/monthly")
async def monthly(here: Here, who: Reader, first: Month, last: Month, by: Grouping = "all") -> list[Row]:
    """Show the figures from month `first` to `last`, for the regions that the asker may see."""
    async with scoped(here.station.api, who.claims()) as tx:
        rows = await reports.summed(tx, first, last, by)
        names = await reports.names(tx)
    groups = groupby(rows, key=lambda row: (row["month"], row["region"], row["staff_id"]))
    return [_row(key, list(group), names) for key, group in groups]


@router.get("/failure-factors")
async def failure_factors(here: Here, who: Reader, first: Month, last: Month, by: Grouping = "all") -> list[Factor]:
    """Show why contacts failed from month `first` to `last`, most frequent reasons first (K2)."""
    async with scoped(here.station.api, who.claims()) as tx:
        rows = await reports.factors(tx, first, last, by)
    return [Factor.model_validate(dict(row)) for row in rows]


@router.get("/definitions")
async def definitions(who: Reader) -> list[Definition]:
    """Show what each figure means."""
    listed: list[AnyMeasure | Ratio] = [*all_measures(), *all_ratios()]
    return [Definition(id=each.id, requirement=each.requirement, says=each.says) for each in listed]


def _row(key: tuple[str, str, str], rows: list[RowMapping], names: dict[str, tuple[str, str]]) -> Row:
    month, region, staff_id = key
    sums = {measure.id: 0 for measure in all_measures()} | {row["measure"]: row["value"] for row in rows}
    name_zh, name_en = names.get(region, (None, None))
    return Row(
        month=month,
        region=region,
        name_zh=name_zh,
        name_en=name_en,
        staff_id=staff_id or None,
        measures=sums,
        rates=rates(sums, all_ratios()),
    )
