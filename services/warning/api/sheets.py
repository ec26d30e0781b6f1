"""A list as a file: CSV that spreadsheets open as what it is, or XLSX; the same list is the same bytes."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Literal

from xlsxwriter import Workbook

from services.warning.domain.listing import Cell

Format = Literal["csv", "xlsx"]
TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is a command to a spreadsheet."""


def written(kind: Format, lines: Iterable[Sequence[Cell]], made_at: datetime) -> bytes:
    """Return `lines`, the headings first, as a file; `made_at` is what it says of its making."""
    return _csv(lines) if kind == "csv" else _xlsx(lines, made_at)


def _csv(lines: Iterable[Sequence[Cell]]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows([_harmless(cell) for cell in line] for line in lines)
    # With a byte order mark: without one, spreadsheets take Chinese for another encoding.
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _xlsx(lines: Iterable[Sequence[Cell]], made_at: datetime) -> bytes:
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return out.getvalue()
