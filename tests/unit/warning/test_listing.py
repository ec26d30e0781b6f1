"""Lists: their days, their lines in both languages, and files that spreadsheets cannot be tricked with."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from msgspec import structs

from services.warning.api.sheets import written
from services.warning.domain.listing import COLUMNS, Cell, Language, Period, bounds, headings, row
from tests.support.builders import at
from tests.unit.warning.builders import PLAIN

pytestmark = pytest.mark.unit

MADE = datetime(2026, 3, 6, tzinfo=UTC)
WARNING = structs.replace(PLAIN, explanation_zh="客户拨打10086", evidence={"peer": "+8613800138000", "calls": 2})


@pytest.mark.parametrize(
    ("period", "first", "following"),
    [("day", "2026-03-05", "2026-03-06"), ("week", "2026-03-02", "2026-03-09"), ("month", "2026-03-01", "2026-04-01")],
)
def test_a_list_is_about_a_local_day_its_week_from_monday_or_its_month(
    period: Period, first: str, following: str
) -> None:
    assert bounds(period, date(2026, 3, 5)) == (at(f"{first} 00:00"), at(f"{following} 00:00"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_column_has_a_heading_and_a_value(language: Language) -> None:
    assert len(headings(language)) == len(row(WARNING, language)) == len(COLUMNS)
    assert len(set(headings(language))) == len(COLUMNS)


def test_a_line_says_what_was_known_and_hides_numbers() -> None:
    told = dict(zip(headings("zh"), row(WARNING, "zh"), strict=True))
    assert (told["号码"], told["级别"], told["目标人群"]) == ("133****0001", "处理", "潜力客户")
    assert (told["近三月ARPU（元）"], told["说明"], told["预警时间"]) == (150.0, "客户拨打10086", "2026-03-05 12:00:00")
    assert "13800138000" not in str(told)
    unknown = structs.replace(WARNING, arpu_fen=None, reasons=())
    assert (row(unknown, "en")[8], row(unknown, "en")[14]) == (None, None)


def test_csv_opens_as_what_it_is_and_runs_nothing() -> None:
    lines: list[list[Cell]] = [["a", "b"], ["=cmd|' /C calc'!A0", -5], ["客户,“甲”", None]]
    content = written("csv", lines, MADE).decode("utf-8-sig")
    assert list(csv.reader(StringIO(content))) == [["a", "b"], ["'=cmd|' /C calc'!A0", "-5"], ["客户,“甲”", ""]]
    assert written("csv", lines, MADE)[:3] == b"\xef\xbb\xbf"


def test_xlsx_holds_texts_as_texts_and_the_same_list_is_the_same_bytes() -> None:
    lines: list[list[Cell]] = [["预警编号"], ["=1+1"], [2]]
    content = written("xlsx", lines, MADE)
    with ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "预警编号" in texts
    assert "=1+1" in texts
    assert written("xlsx", lines, MADE) == content
