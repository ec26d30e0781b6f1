"""The operator's own lists of customers, as people make them: CSV or XLSX, headings in Chinese or English."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePath

import phonenumbers

from services.intake.domain.format import Format, Refused, Source, Taken
from services.intake.domain.sheet import sheet
from services.intake.domain.table import BadValueError, Row, taken
from shared.calendar import start_of
from shared.events.customer_listed import CustomerListed
from shared.ids import derived_id

FIELDS = {
    "number": ("手机号码", "号码", "手机号", "用户号码", "业务号码", "电话号码", "msisdn", "phone", "mobile"),
    "first_day": ("开始日期", "起始日期", "生效日期", "from", "start", "start date", "valid from"),
    "last_day": ("结束日期", "截止日期", "失效日期", "到期日期", "to", "until", "end", "end date", "valid until"),
    "reason": ("原因", "列入原因", "预警原因", "说明", "备注", "remark", "why"),
    "list_name": ("名单名称", "名单", "list", "list name"),
}
NEEDED = ("number", "first_day", "last_day")
DAY = re.compile(r"(\d{4})(?:-|/|\.|年)?(\d{1,2})(?:-|/|\.|月)?(\d{1,2})日?(?: 0?0:00(?::00)?)?")


def read(source: Source) -> Iterator[Taken | Refused]:
    """Yield a customer for each row."""
    for file in source.files():
        for row in sheet(source, file, FIELDS, NEEDED):
            yield _read(row, PurePath(file).stem) if isinstance(row, Row) else row


def _read(row: Row, list_name: str) -> Taken | Refused:
    try:
        return taken((_listed(row, row.values.get("list_name") or list_name),))
    except BadValueError as error:
        return row.refused(error)


def _listed(row: Row, list_name: str) -> CustomerListed:
    """Return the row's customer; its id comes from all that it says, so that a list read twice is read once."""
    number, first, last = _number(row["number"]), _day(row["first_day"]), _day(row["last_day"])
    if last < first:
        raise BadValueError("bad_period", f"it ends on {last}, before it begins on {first}")
    reason = row.values.get("reason", "")
    return CustomerListed(
        id=derived_id("operator_list", list_name, number, first.isoformat(), last.isoformat(), reason),
        occurred_at=start_of(first),
        msisdn=number,
        list_name=list_name,
        reason=reason,
        first_day=first,
        last_day=last,
    )


def _number(text: str) -> str:
    """Return a number of China in E.164, however it was written."""
    try:
        found = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise BadValueError("bad_number", f"not a number: {text[:40]!r}") from error
    if found.country_code != 86 or found.extension or not phonenumbers.is_valid_number(found):
        raise BadValueError("bad_number", f"not a number of China: {text[:40]!r}")
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def _day(text: str) -> date:
    found = DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError as error:
        raise BadValueError("bad_day", f"not a day: {text[:40]!r}") from error


FORMAT = Format(
    name="operator-list",
    says="Each row of the operator's own list becomes a customer on it, with reason and period.",
    read=read,
    fields=tuple(FIELDS),
)
