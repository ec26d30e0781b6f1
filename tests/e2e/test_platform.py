"""The platform as its users meet it: up once only, on this machine only, fed from files, and gone when told to go."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.platform import Running
from services.intake.stream.drain import Drain
from shared.kafka.log_ends import LogReader
from shared.settings import Settings
from tests.support.platforms import LOOPBACK, keepline, listening_addresses, platform_up, processes_of

pytestmark = pytest.mark.e2e

SNAPSHOT = {
    "warnings": "SELECT count(*) FROM dispatch.warning",
    "bills": "SELECT count(*) FROM warning.inbox WHERE topic = 'billing.bill_issued.v1'",
    "postings": "SELECT count(*) FROM points.posting",
    "measures": "SELECT coalesce(sum(value), 0)::bigint FROM kpi.counter",
}
MONTHS = ("01", "02", "03", "04", "05")


@dataclass(frozen=True, slots=True)
class Up:
    """A platform that is up, and its folder."""

    platform: Running
    data: Path


@pytest.fixture(scope="module")
async def up(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Up]:
    """Run a platform for this module, and see it leave nothing behind."""
    data = tmp_path_factory.mktemp("platform")
    async with platform_up(data) as platform:
        yield Up(platform, data)
    assert not processes_of(data), "something was left running"


async def test_a_second_start_is_refused(up: Up) -> None:
    second = await keepline(up.data, "up")
    assert second.code == 1
    assert f"is running already (process {up.platform.pid}" in second.err


async def test_everything_listens_on_this_machine_only(up: Up) -> None:
    addresses = listening_addresses(processes_of(up.data))
    assert addresses
    assert addresses <= LOOPBACK


async def test_foreign_records_are_taken_once_and_refused_with_their_lines(up: Up, tmp_path: Path) -> None:
    records = _megaline(tmp_path / "records", MONTHS)
    told = (await keepline(up.data, "intake", "megaline", str(records), "--json")).last_line()
    assert (told["bills"], told["billed_total"]) == (5, 220.0)
    assert told["refused"] == {"bad_value": 1, "unknown_user": 1}
    refused = (up.data / "platform/intake/megaline-records/refused.jsonl").read_text()
    assert '"line":3,"reason":"unknown_user"' in refused

    first = await _settled(up.platform)
    assert first["bills"] == 5
    assert first["warnings"] == 1, "the fall from 50 to 20 dollars was not heard"
    again = await keepline(up.data, "intake", "megaline", str(records), "--json")
    assert again.last_line()["bills"] == 5
    assert await _settled(up.platform) == first
    assert (await keepline(up.data, "kpi", "recount")).code == 0


async def test_the_real_megaline_gives_its_known_figures(up: Up, shared_data: Path) -> None:
    told = (await keepline(up.data, "intake", "megaline", str(shared_data / "megaline"), "--json")).last_line()
    assert (told["bills"], told["billed_total"], told["refused"]) == (1_391, 91_432.43, {})
    await _settled(up.platform)
    states = await _rows(up.platform, "SELECT DISTINCT state FROM dispatch.warning")
    assert states == [("stale",)], "records of 2018 open no work today"


async def test_as_then_opens_the_work_of_its_time(tmp_path: Path) -> None:
    records = _megaline(tmp_path / "records", MONTHS[-2:])
    async with platform_up(tmp_path / "data", "--simulation", "--fresh") as platform:
        walking = ("intake", "megaline", str(records), "--json", "--as-then")
        walked = await keepline(tmp_path / "data", *walking, patience_s=200.0)
        assert walked.code == 0, walked.err
        assert await _rows(platform, "SELECT state, count(*) FROM dispatch.warning GROUP BY state") == [("worked", 1)]
        months = await _rows(platform, "SELECT DISTINCT month FROM kpi.counter WHERE measure = 'worked'")
        assert months == [("2018-06",)], "the work belongs to the month of its warning"


async def _settled(platform: Running) -> dict[str, Any]:
    """Return the counts once the road stands still, the archive included."""
    reader = LogReader(Settings(kafka=platform.environment["KEEPLINE_KAFKA"]))
    drain = Drain(platform.urls, reader)
    await reader.start()
    try:
        await drain("archive")
    finally:
        await reader.stop()
        await drain.close()
    return {name: (await _rows(platform, query))[0][0] for name, query in SNAPSHOT.items()}


async def _rows(platform: Running, query: str) -> list[tuple[Any, ...]]:
    engine = create_async_engine(platform.environment["KEEPLINE_DATABASE_URL"])
    async with engine.connect() as tx:
        found = [tuple(row) for row in await tx.execute(text(query))]
    await engine.dispose()
    return found


def _megaline(folder: Path, months: Sequence[str]) -> Path:
    """Write `months` of one user: 3 GB beyond the plan in each but the last, and two lines that are no records."""
    folder.mkdir()
    included = "50,15360,500,20,10,0.03,0.03,surf"
    _write(folder, "plans", f"{INCLUDES},usd_monthly_pay,usd_per_gb,usd_per_message,usd_per_minute,plan_name", included)
    _write(
        folder,
        "users",
        "user_id,first_name,last_name,age,city,reg_date,tariff,churn_date",
        f'1001,Ann,Lee,30,"Elsewhere, ZZ",01/{months[0]}/2018,surf,',
    )
    _write(folder, "calls", "id,user_id,call_date,duration", f"1,1001,02/{months[0]}/2018,-3", "2,9,02/01/2018,3")
    _write(folder, "messages", "id,user_id,message_date", f"1,1001,02/{months[0]}/2018")
    sessions = [f"{month},1001,03/{month}/2018,{(18 if month < '05' else 1) * 1_024}" for month in months]
    _write(folder, "internet", "id,user_id,session_date,mb_used", *sessions)
    return folder


INCLUDES = "messages_included,mb_per_month_included,minutes_included"


def _write(folder: Path, table: str, *lines: str) -> None:
    (folder / f"megaline_{table}.csv").write_text("\n".join(lines) + "\n")
