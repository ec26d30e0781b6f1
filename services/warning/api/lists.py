"""Lists of warned customers over HTTP (W16): of a day, a week or a month, by region, as CSV or XLSX."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from services.warning.api import sheets
from services.warning.api.room import Here
from services.warning.api.sheets import TYPES, Format
from services.warning.domain import listing
from services.warning.domain.listing import Cell, Language, Period
from services.warning.storage import lists
from services.warning.storage.lists import Wanted
from shared.db import audit
from shared.db.engine import scoped
from shared.events.warning_raised import WarningFacts
from shared.http.people import person_in
from shared.http.problems import ForbiddenError, UnauthorizedError, UnprocessableError, responses
from shared.http.tokens import Person
from shared.roles import OVERSEERS

ROWS_MAX = 50_000

router = APIRouter(prefix="/warnings", tags=["lists"], responses=responses(UnauthorizedError, ForbiddenError))
Reader = Annotated[Person, Depends(person_in(*OVERSEERS))]


class Sheet(Response):
    """A list as a file."""

    media_type = TYPES["csv"]


FILES: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in TYPES.values()}}}


class Asked(BaseModel):
    """What the list is to hold, and how it is to be written."""

    region: str | None = Field(None, pattern=r"^[1-9][0-9]{5}(\.[1-9][0-9]{5}){0,2}$", examples=["150000.150100"])
    rule: list[str] = Field([], max_length=50)
    noted: bool = Field(False, description="those outside the target population too")
    known_by: AwareDatetime | None = Field(None, description="as it was known then; the same again is the same")
    language: Language = "zh"
    format: Format = "csv"


@router.get("/lists/{period}/{day}", response_class=Sheet, responses=FILES)
async def extract(here: Here, who: Reader, period: Period, day: date, asked: Annotated[Asked, Query()]) -> Sheet:
    """Extract the warnings of the day, week or month of `day`; `Keepline-Known-By` says as of when they were known."""
    since, until = listing.bounds(period, day)
    async with scoped(here.station.api, who.claims()) as tx:
        settled = await lists.settled(tx)
        known_by = min(asked.known_by or settled, settled)
        only: dict[str, Any] = {"region": asked.region, "rules": tuple(asked.rule), "noted": asked.noted}
        found = await lists.listed(tx, Wanted(since=since, until=until, known_by=known_by, **only), ROWS_MAX + 1)
        if len(found) > ROWS_MAX:
            raise UnprocessableError(f"the list has more than {ROWS_MAX} rows: ask for a shorter period or one region")
        await audit.note(tx, who, "list_extracted", f"{period} {day}", {"region": asked.region, "rows": len(found)})
    return _file(found, f"warnings-{period}-{day}", known_by, asked)


def _file(found: Sequence[WarningFacts], name: str, known_by: datetime, asked: Asked) -> Sheet:
    lines: list[Sequence[Cell]] = [listing.headings(asked.language)]
    lines += [listing.row(warning, asked.language) for warning in found]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{asked.format}"',
        "Keepline-Known-By": known_by.isoformat(),
    }
    return Sheet(sheets.written(asked.format, lines, known_by), media_type=TYPES[asked.format], headers=headers)
