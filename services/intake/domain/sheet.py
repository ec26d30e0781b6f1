"""Sheets that people made: CSV in UTF-8 or GBK, or XLSX; a column is found by any heading that it may have."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.intake.domain.format import Line, Refused, Source
from services.intake.domain.table import Row

ROWS_MAX = 200_000
"""Of one sheet; what is longer is no list that people made."""
UNPACKED_MAX = 500_000_000
"""Bytes that a workbook may unpack to."""
XLSX = ".xlsx"
UNREADABLE = (BadZipFile, InvalidFileException, ParseError, KeyError, IndexError, EOFError)
"""What reading a workbook raises where it is none, or torn."""

Headings = Mapping[str, Sequence[str]]
"""Each field with the headings under which it is known, the usual one first."""
Cells = tuple[Line, list[str] | None]
"""A line with its cells; None: it cannot be read."""


def sheet(source: Source, file: str, fields: Headings, needed: Sequence[str]) -> Iterator[Row | Refused]:
    """Yield the rows of `file` by field; a field that the sheet does not have is empty.

    Raises:
        ValueError: the file cannot be read at all, or has no heading for one of `needed`; the message says which.
    """
    cells = _xlsx(file, source.content(file)) if file.lower().endswith(XLSX) else _csv(_lines(source, file))
    first, header = next(cells, (Line(file, 1, ""), []))
    places = _places(file, header or [], {**fields, **{field: [heading] for field, heading in source.named.items()}})
    missing = [field for field in needed if field not in places]
    if missing:
        wanted = "; ".join(f"{field}: {', '.join(fields[field])}" for field in missing)
        raise ValueError(f"{file} has no column for {wanted}. Its headings are {first.text[:200]!r}")
    for number, (line, values) in enumerate(cells, 1):
        if number > ROWS_MAX:
            raise ValueError(f"{file} has more than {ROWS_MAX:,} rows")
        if values is None or len(values) > len(header or []):
            yield Refused(line=line, reason="bad_row", detail="it cannot be read, or has more cells than headings")
        elif any(values):
            yield Row(line, {field: values[at] if at < len(values) else "" for field, at in places.items()})


def _places(file: str, header: Sequence[str], fields: Headings) -> dict[str, int]:
    """Return which column holds each field.

    Raises:
        ValueError: two columns claim the same field.
    """
    known = {_plain(heading): field for field, headings in fields.items() for heading in (field, *headings)}
    places: dict[str, int] = {}
    for at, heading in enumerate(header):
        field = known.get(_plain(heading))
        if field in places:
            raise ValueError(f"{file} has two columns for {field}: {header[places[field]]!r} and {heading!r}")
        if field:
            places[field] = at
    return places


def _plain(heading: str) -> str:
    return "".join(heading.split()).casefold().replace("_", "")


def _lines(source: Source, file: str) -> list[Line]:
    """Return the lines of a file, one more than it may have at most."""
    return list(islice(source.lines(file), ROWS_MAX + 2))


def _csv(lines: Sequence[Line]) -> Iterator[Cells]:
    """Yield the cells of lines that are all UTF-8, or else all GB 18030, which holds GBK: one file has one encoding."""
    foreign = any("\udc80" <= each <= "\udcff" for line in lines for each in line.text)
    told = [_from_gbk(line) for line in lines] if foreign else lines
    delimiter = "\t" if told and told[0] and "\t" in told[0].text else ","
    for line, raw in zip(told, lines, strict=True):
        yield (line, _split(line.text, delimiter)) if line else (raw, None)


def _from_gbk(line: Line) -> Line | None:
    try:
        text = line.text.encode(errors="surrogateescape").decode("gb18030")
    except UnicodeDecodeError:
        return None
    return Line(line.file, line.number, text)


def _split(text: str, delimiter: str) -> list[str] | None:
    try:
        return [cell.strip() for row in csv.reader([text], delimiter=delimiter, strict=True) for cell in row]
    except (csv.Error, ValueError):
        return None


def _xlsx(file: str, content: bytes) -> Iterator[Cells]:
    """Yield the cells of a workbook's first sheet as text.

    Raises:
        ValueError: it is no workbook, or one that unpacks to more than anybody's list.
    """
    try:
        with ZipFile(BytesIO(content)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
        if unpacked > UNPACKED_MAX:
            raise ValueError(f"{file} unpacks to {unpacked:,} bytes, at most {UNPACKED_MAX:,}")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        yield from _rows(file, book.worksheets[0].iter_rows(values_only=True))
    except UNREADABLE as error:
        raise ValueError(f"{file} is no workbook: {error}") from error


def _rows(file: str, rows: Iterable[Sequence[object]]) -> Iterator[Cells]:
    for number, row in enumerate(rows, 1):
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        yield Line(file, number, ",".join(cells)), cells


def _text(cell: object) -> str:
    """Return a cell as people would have typed it."""
    match cell:
        case None:
            return ""
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
    return str(cell).strip()
