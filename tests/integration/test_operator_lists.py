"""The operator's own list, from a file that people made to a warning: read twice it warns once."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import Workbook
from rich.progress import Progress

from services.intake.domain.catalogue import all_formats
from services.intake.wiring import Errand, run_errand
from services.warning.wiring import run_rules
from shared.clock import system_now
from shared.settings import Settings
from tests.support.builders import customer, subscription
from tests.support.running import begin_now, producing, publish, running
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

MONTH = system_now().strftime("%Y-%m")
FOUND = (
    "SELECT facts ->> 'msisdn', facts -> 'evidence' ->> 'list_name', facts -> 'evidence' ->> 'reason',"
    " facts -> 'evidence' ->> 'last_day' FROM warning.warning WHERE rule_id = 'operator_list' ORDER BY 1"
)


async def brought(settings: Settings, path: Path, home: Path, **named: str) -> dict[str, Any]:
    """Read a list as the command does, and return its report."""
    form = all_formats()["operator-list"]
    errand = Errand(form=form, path=path, folder=home / "intake", home=home, as_then=False, named=named)
    return await run_errand(settings, errand, Progress(disable=True))


async def test_lists_in_gbk_and_as_a_workbook_become_warnings_once_and_bad_rows_are_kept(
    settings: Settings, tables: Tables, tmp_path: Path
) -> None:
    await begin_now(settings, ["warning"])
    first, last = f"{MONTH}-01", f"{MONTH}-28"
    text = f"联系方式,开始日期,结束日期,备注\n13300000001,{first},{last},合约到期\n133,{first},{last},x\n"
    (tmp_path / "到期.csv").write_bytes(text.encode("gbk"))
    book = Workbook()
    for row in (("number", "start", "end", "list"), (13300000002, first, last, "complaints")):
        book.worksheets[0].append(row)
    book.save(tmp_path / "any.xlsx")

    async with running(run_rules, settings), producing(settings) as producer:
        await publish(producer, [customer(), subscription(), subscription("+8613300000002")])
        await tables.until_count("warning.subscription", 2)
        told = await brought(settings, tmp_path / "到期.csv", tmp_path, number="联系方式")
        assert (told["accepted"], told["refused"]) == (1, {"bad_number": 1})
        refused = msgspec.json.decode((tmp_path / "intake" / "refused.jsonl").read_bytes())
        assert (refused["line"], refused["reason"]) == (3, "bad_number")
        await brought(settings, tmp_path / "到期.csv", tmp_path, number="联系方式")
        await brought(settings, tmp_path / "any.xlsx", tmp_path)
        await tables.until_count("warning.warning WHERE rule_id = 'operator_list'", 2)

    assert await tables.rows(FOUND) == [
        ("+8613300000001", "到期", "合约到期", last),
        ("+8613300000002", "complaints", "", last),
    ]
