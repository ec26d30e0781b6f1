"""The call logs of MIT's Reality Mining study, as CDRs of numbers made up from the persons' ids.

Each end of a call logs it for itself, as each end's switch writes a record of its own, so both are kept and each
belongs to another number. Clock times are read as the operator's local time, so that a day there is a day here.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from services.intake.domain.format import Format, Refused, Source, Taken
from services.intake.domain.table import BadValueError, Row, rows, taken
from shared.calendar import ZONE
from shared.events.call_detail_record import CallDetailRecord
from shared.ids import derived_id

COLUMNS = ("subjectId", "otherPartyId", "duration", "direction", "date")
DIRECTIONS: dict[str, Literal["out", "in"]] = {"Outgoing": "out", "Incoming": "in"}
PERSON_MAX = 9_999_999


def read(source: Source) -> Iterator[Taken | Refused]:
    """Yield a CDR for each answered call, in the order of the file, which is not that of time."""
    for file in source.files():
        for row in rows(source, file, COLUMNS, "\t"):
            yield _read(row) if isinstance(row, Row) else row


def _read(row: Row) -> Taken | Refused:
    try:
        return taken((_cdr(row),))
    except BadValueError as error:
        return row.refused(error)


def _cdr(row: Row) -> CallDetailRecord:
    """Return the row's call; its id comes from everything that the log says of it, so a row logged twice is one."""
    return CallDetailRecord(
        id=derived_id("reality-mining", *(row[column] for column in COLUMNS)),
        occurred_at=_moment(row["date"]),
        msisdn=_number(row["subjectId"]),
        service="voice",
        direction=_direction(row["direction"]),
        peer=_number(row["otherPartyId"]),
        duration_s=_seconds(row["duration"]),
    )


def _number(person: str) -> str:
    if not person.isdecimal() or int(person) > PERSON_MAX:
        raise BadValueError("bad_value", f"not a person's id: {person[:40]!r}")
    return f"+861991{int(person):07d}"


def _direction(word: str) -> Literal["out", "in"]:
    if word not in DIRECTIONS:
        raise BadValueError("bad_value", f"neither Outgoing nor Incoming: {word[:40]!r}")
    return DIRECTIONS[word]


def _seconds(duration: str) -> int:
    if not duration.isdecimal():
        raise BadValueError("bad_value", f"not a whole number of seconds: {duration[:40]!r}")
    if int(duration) == 0:
        raise BadValueError("not_answered", "a call of 0 seconds was missed: no record is written of it")
    return int(duration)


def _moment(date: str) -> datetime:
    try:
        return datetime.fromisoformat(date).replace(tzinfo=ZONE)
    except ValueError as error:
        raise BadValueError("bad_value", f"not a time: {date[:40]!r}") from error


FORMAT = Format(
    name="reality-mining",
    says="Each answered call becomes a CDR of the person who logged it; missed calls (0 seconds) are refused.",
    read=read,
)
