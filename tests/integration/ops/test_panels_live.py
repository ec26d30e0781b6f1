"""Every panel of the overview has an answer on a platform that runs, from Prometheus or as Grafana's login."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from deploy.roster import ROLES
from tests.integration.ops.asked import LABELS, Asked, board, filled, queries
from tests.integration.ops.live import PASSWORDS, Live, platform_watched, stages

LOOK_S = 0.5
PER_STAGE = {"Stage by stage B", "Stage by stage C", "Stage by stage D", "Records per second A", "Records that wait A"}
VARIABLES = {variable["name"]: variable for variable in board()["templating"]["list"]}
PRIVATE = ("kpi.subscription", "kpi.staff", "kpi.memory", "dispatch.work_item", "warning.memory", "points.posting")


@pytest.fixture(scope="module")
async def live(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """Run the platform for the tests of this file."""
    async with platform_watched(tmp_path_factory.mktemp("watched")) as started:
        yield started


async def answered(live: Live, ask: Callable[[], Awaitable[Any]]) -> Any:
    """Return the first answer that is not empty; the last one when there was none in time."""
    while not (answer := await ask()):
        if asyncio.get_running_loop().time() > live.deadline:
            break
        await asyncio.sleep(LOOK_S)
    return answer


@pytest.mark.parametrize("asked", [asked for asked in queries() if asked.promql], ids=str)
async def test_a_panel_finds_figures(live: Live, asked: Asked) -> None:
    needed = stages() if str(asked) in PER_STAGE else set()

    async def missing() -> set[str]:
        found = await live.figures(asked)
        return needed - {series["metric"].get("role") for series in found} if found else {"anything"}

    async def complete() -> bool:
        return not await missing()

    assert await answered(live, complete), f"{asked.promql} does not find {await missing()}"


async def test_the_stage_by_stage_table_says_that_every_process_is_ready(live: Live) -> None:
    state = next(asked for asked in queries() if str(asked) == "Stage by stage A")

    async def all_ready() -> bool:
        told = {series["metric"]["role"]: series["value"][1] for series in await live.figures(state)}
        return told == {role.name: "1" for role in ROLES}

    assert await answered(live, all_ready)


@pytest.mark.parametrize("asked", [asked for asked in queries() if not asked.promql], ids=str)
async def test_a_panel_finds_rows_as_grafana_and_a_figure_in_each_column(live: Live, asked: Asked) -> None:
    async with live.grafana() as connection:

        async def full() -> list[asyncpg.Record]:
            cities = await connection.fetch(VARIABLES["city"]["query"])
            chosen = ", ".join(f"'{city['__value']}'" for city in cities) or "''"
            rows: list[asyncpg.Record] = await connection.fetch(filled(asked.query["rawSql"], {"city": chosen}))
            columns = zip(*rows, strict=True)
            return rows if all(any(value is not None for value in column) for column in columns) else []

        assert await answered(live, full), f"{asked.query['rawSql']} finds nothing, or a column without a figure"


async def test_the_variable_of_stages_offers_every_role(live: Live) -> None:
    assert VARIABLES["stage"]["query"]["query"] == 'label_values(up{job="keepline"}, role)'
    offered = await live.asks("label/role/values", **{"match[]": 'up{job="keepline"}'})
    assert set(offered) == {role.name for role in ROLES}


async def test_the_services_tell_no_series_that_is_not_in_the_list_of_metrics(live: Live) -> None:
    told = {name for name in await live.asks("label/__name__/values") if name.startswith("keepline_")}
    made_beside = {f"{name.removesuffix(suffix)}_created" for name in LABELS for suffix in ("_total", "_bucket")}
    assert told
    assert told - LABELS.keys() - made_beside == set()


async def test_only_what_is_wrong_alerts(live: Live) -> None:
    async def firing() -> set[str]:
        alerts = (await live.asks("alerts"))["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    assert await answered(live, firing) == {"DeadLetters"}


@pytest.mark.parametrize("table", PRIVATE)
async def test_grafana_sees_nothing_that_names_anybody(live: Live, table: str) -> None:
    async with live.grafana() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {table}")


async def test_grafana_writes_nothing(live: Live) -> None:
    async with live.grafana() as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("DELETE FROM kpi.counter")
        await connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM kpi.counter")


async def test_the_services_login_is_nobody_until_it_takes_a_services_role(live: Live) -> None:
    async with live.login("keepline_service", PASSWORDS["KEEPLINE_SERVICE_PASSWORD"]) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM dispatch.inbox")
        for schema in ("intake", "warning", "dispatch", "offers", "points", "kpi", "archive"):
            for role in (f"{schema}_stream", f"{schema}_api"):
                await connection.execute(f"SET ROLE {role}")
                await connection.fetch(f"SELECT * FROM {schema}.policy")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SET ROLE keepline")
