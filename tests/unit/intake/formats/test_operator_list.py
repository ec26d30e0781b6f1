"""Lists that people made: headings in two languages, two encodings, two kinds of file; rows refused by line."""

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from services.intake.domain.formats.operator_list import FORMAT
from services.intake.domain.sheet import ROWS_MAX
from shared.calendar import start_of
from shared.events.customer_listed import CustomerListed
from shared.topic import Event
from tests.unit.intake.formats.sources import Folder, refused, taken

pytestmark = pytest.mark.unit

NUMBER = "+8613300000001"
CHINESE = "手机号码,开始日期,结束日期,原因\n13300000001,2026-03-01,2026/3/31,合约即将到期\n"
ENGLISH = "Number,First day,Valid until,Remark\n+86 133 0000 0001,20260301,2026年3月31日,合约即将到期\n"


def listed(found: list[Event]) -> list[CustomerListed]:
    """Return what was read, as what it is."""
    return [each for each in found if isinstance(each, CustomerListed)]


def workbook(*rows: tuple[object, ...]) -> bytes:
    """Return a workbook whose first sheet has these rows."""
    book, packed = Workbook(), BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.create_sheet("another").append(("号码",))
    book.save(packed)
    return packed.getvalue()


def test_a_row_becomes_a_customer_on_the_list_of_the_files_name() -> None:
    (one,) = listed(taken(FORMAT, {"三月名单.csv": CHINESE}))
    assert (one.msisdn, one.list_name, one.reason) == (NUMBER, "三月名单", "合约即将到期")
    assert (one.first_day, one.last_day) == (date(2026, 3, 1), date(2026, 3, 31))
    assert one.occurred_at == start_of(date(2026, 3, 1))


@pytest.mark.parametrize(
    "content",
    [
        ENGLISH,
        CHINESE.encode(),
        CHINESE.encode("gbk"),
        CHINESE.encode("gb18030").replace(b"\n", b"\r\n"),
        CHINESE.replace(",", "\t"),
        CHINESE.replace("合约即将到期", '"合约即将到期"'),
        "备注,结束日期,手机号码,没用,开始日期\n合约即将到期,2026-03-31,0086-133-0000-0001,x,2026.3.1\n",
    ],
    ids=["english", "utf-8", "gbk", "gb18030", "tabs", "quoted", "another order"],
)
def test_headings_encodings_and_ways_of_writing_make_no_difference(content: str | bytes) -> None:
    assert taken(FORMAT, {"三月名单.csv": content}) == taken(FORMAT, {"三月名单.csv": CHINESE})


def test_gbk_that_by_chance_is_utf_8_in_one_line_is_read_as_the_rest_of_its_file() -> None:
    lines = "手机号码,开始日期,结束日期,原因\n13300000001,2026-03-01,2026-03-31,模\n".encode("gbk")
    assert lines.splitlines()[1].decode().endswith("ģ")
    assert [each.reason for each in listed(taken(FORMAT, {"x.csv": lines}))] == ["模"]


def test_a_workbook_is_read_with_its_dates_and_numbers_as_cells() -> None:
    packed = workbook(
        ("名单名称", "号码", "生效日期", "失效日期", None),
        ("三月名单", 13300000001, datetime(2026, 3, 1), date(2026, 3, 31)),  # noqa: DTZ001 - as the cell holds it
        (None, None, None, None),
        ("三月名单", 13300000002.0, "2026-03-01", "2026-03-31 00:00:00"),
        ("三月名单", "1.33E+10", "2026-03-01", "2026-03-31"),
    )
    one, two = listed(taken(FORMAT, {"any.xlsx": packed}))
    assert (one.msisdn, one.list_name, one.first_day, one.last_day) == (
        NUMBER,
        "三月名单",
        date(2026, 3, 1),
        date(2026, 3, 31),
    )
    assert (two.msisdn, two.last_day, two.reason) == ("+8613300000002", date(2026, 3, 31), "")
    assert refused(FORMAT, {"any.xlsx": packed}) == [("any.xlsx", 5, "bad_number")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("12,2026-03-01,2026-03-31,x", "bad_number"),
        ("+12025550123,2026-03-01,2026-03-31,x", "bad_number"),
        (",2026-03-01,2026-03-31,x", "bad_number"),
        ("13300000001,2026-02-30,2026-03-31,x", "bad_day"),
        ("13300000001,,2026-03-31,x", "bad_day"),
        ("13300000001,2026-03-31,2026-03-01,x", "bad_period"),
        ("13300000001,2026-03-01,2026-03-31,x,y", "bad_row"),
        (f"13300000001,2026-03-01,2026-03-31,{'x' * 2_001}", "schema"),
        ('13300000001,2026-03-01,2026-03-31,"x', "bad_row"),
    ],
)
def test_a_row_that_fits_nothing_is_refused_with_its_line_and_costs_no_other(row: str, reason: str) -> None:
    text = f"{CHINESE}{row}\n\n{CHINESE.splitlines()[1]}"
    assert refused(FORMAT, {"x.csv": text}) == [("x.csv", 3, reason)]
    assert len(taken(FORMAT, {"x.csv": text})) == 2


def test_a_line_that_is_neither_utf_8_nor_gbk_is_refused_alone() -> None:
    content = CHINESE.encode("gbk") + b"13300000001,\xff\xff,2026-03-31,x\n"
    assert refused(FORMAT, {"x.csv": content}) == [("x.csv", 3, "bad_row")]


def test_a_heading_may_be_named_by_whoever_brings_the_file() -> None:
    folder = Folder({"三月名单.csv": CHINESE.replace("手机号码", "客户联系方式")}, {"number": "客户联系方式"})
    assert [event for each in FORMAT.read(folder) for event in each.events] == taken(  # type: ignore[union-attr]
        FORMAT, {"三月名单.csv": CHINESE}
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("号码,原因\n", "no column for first_day: 开始日期"),
        ("", "no column for number: 手机号码"),
        ("号码,手机号,开始日期,结束日期\n", "two columns for number"),
    ],
)
def test_a_sheet_that_lacks_a_column_or_has_two_for_one_field_says_which(content: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        taken(FORMAT, {"x.csv": content})


def test_what_is_no_workbook_says_so() -> None:
    with pytest.raises(ValueError, match=r"x\.XLSX is no workbook"):
        taken(FORMAT, {"x.XLSX": b"PK but nothing more"})


def test_a_sheet_without_an_end_is_not_read_to_it() -> None:
    with pytest.raises(ValueError, match="more than 200,000 rows"):
        taken(FORMAT, {"x.csv": CHINESE + "\n" * (ROWS_MAX + 1)})


def test_the_same_list_read_again_is_the_same_events_and_another_period_is_another() -> None:
    first, again = taken(FORMAT, {"x.csv": CHINESE}), taken(FORMAT, {"x.csv": CHINESE})
    longer = taken(FORMAT, {"x.csv": CHINESE.replace("3/31", "4/30")})
    assert first == again
    assert first[0].id != longer[0].id
