"""Delimited tables, row by row: every row has its line, and a row that does not fit its header is refused."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from services.intake.domain.format import Line, Refused, Source, Taken
from shared import codec
from shared.catalogue import topic_of
from shared.codec import RefusedRecordError
from shared.topic import Event

AMOUNT_END = 10**9
"""Above this a value is a broken record, whatever its unit."""


class BadValueError(Exception):
    """A value of a row cannot be read; the reason is a word to count by."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column, with the line that it came from."""

    line: Line
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def refused(self, error: BadValueError) -> Refused:
        """Return that this row is refused for `error`."""
        return Refused(line=self.line, reason=error.reason, detail=str(error))


def rows(source: Source, file: str, columns: Sequence[str], delimiter: str = ",") -> Iterator[Row | Refused]:
    """Yield the rows of `file`, whose first line is its header.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the header lacks one of `columns`.
    """
    lines = source.lines(file)
    header = _header(file, lines, columns, delimiter)
    for line in lines:
        if line.text:
            yield _row(header, line, delimiter)


def _header(file: str, lines: Iterator[Line], columns: Sequence[str], delimiter: str) -> list[str]:
    first = next(lines, Line(file, 1, ""))
    header = first.text.split(delimiter)
    missing = [column for column in columns if column not in header]
    if missing:
        raise ValueError(f"{file} has no column {', '.join(missing)}: its header is {first.text[:200]!r}")
    return header


def _row(header: list[str], line: Line, delimiter: str) -> Row | Refused:
    try:
        (values,) = csv.reader([line.text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as error:
        return Refused(line=line, reason="bad_row", detail=str(error))
    if len(values) != len(header):
        return Refused(line=line, reason="bad_row", detail=f"{len(values)} fields, the header has {len(header)}")
    return Row(line, dict(zip(header, values, strict=True)))


def taken(events: tuple[Event, ...]) -> Taken:
    """Return that a row was taken; its events are held against their schemas, as every service will.

    Raises:
        BadValueError: a value of the row fits no event: a text too long, a year out of range.
    """
    for event in events:
        try:
            codec.decode(topic_of(type(event)), codec.encode(event))
        except RefusedRecordError as refusal:
            raise BadValueError(refusal.reason, refusal.detail) from refusal
    return Taken(events)


def amount(text: str) -> Decimal:
    """Return the amount in `text`, 0 or more.

    Raises:
        BadValueError: it is none.
    """
    try:
        read = Decimal(text)
    except InvalidOperation as error:
        raise BadValueError("bad_value", f"not a number: {text[:40]!r}") from error
    if not read.is_finite() or not 0 <= read < AMOUNT_END:
        raise BadValueError("bad_value", f"not an amount: {text[:40]!r}")
    return read
