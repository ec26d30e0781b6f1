"""What was reported shows in the figures of its region, and the archive adds up to the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from services.archive.stream import keep
from services.archive.wiring import run as run_archive
from services.kpi.domain.measure import Cell
from services.kpi.stream.recount import Difference
from services.kpi.wiring import recount
from services.kpi.wiring import run as run_kpi
from shared.settings import Settings
from shared.topic import Event
from tests.support.builders import REGION
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.tables import Tables
from tests.unit.kpi.facts import closed, contact, saved, settled

pytestmark = pytest.mark.replay

CITY, OTHER_CITY = "150000.150100", "150000.150200"
ELSEWHERE = f"{OTHER_CITY}.150202"
MARCH = {"first": "2026-03", "last": "2026-03"}


def facts() -> list[Event]:
    """Return two warnings of one city, one of them worked and saved; one of another, where two calls failed."""
    there: dict[str, Any] = {"customer_id": "c3", "subscription_id": "s3", "region": ELSEWHERE, "staff_id": "boris"}
    return [
        settled(warning_id="w1"),
        settled(warning_id="w2", customer_id="c2"),
        contact(),
        saved("w1"),
        closed(),
        settled(warning_id="w3", **(there | {"staff_id": None})),
        contact(work_item_id="i3", outcome="refused", judged_reason="network_quality", **there),
        contact(work_item_id="i3", attempt=2, outcome="left", **there),
        contact(outcome="refused", judged_reason="competitor_tariff", attempt=2),
    ]


class Reports:
    """Whoever reads KPI's figures of March 2026."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self._client, self._issuer = client, issuer

    async def rows(self, path: str, region: str, role: str = "city_admin") -> list[dict[str, Any]]:
        """Return what somebody in `role` of `region` sees, by city."""
        who = self._issuer.bearer("reader", role, region)
        answer = await self._client.get(path, params=MARCH | {"by": "city"}, headers=who)
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.json()
        return told

    async def measures(self, region: str, role: str = "city_admin") -> dict[str, dict[str, int]]:
        """Return by city what was counted, but for what is 0."""
        return {
            row["region"]: {measure: value for measure, value in row["measures"].items() if value}
            for row in await self.rows("/kpi/monthly", region, role)
        }

    async def factors(self, region: str) -> list[tuple[str, str, int]]:
        """Return by city why contacts failed, and how often."""
        rows = await self.rows("/kpi/failure-factors", region)
        return [(row["region"], row["factor"], row["failures"]) for row in rows]

    async def status(self, role: str) -> int:
        """Return how somebody in `role` is answered."""
        who = self._issuer.bearer("reader", role, CITY)
        return (await self._client.get("/kpi/monthly", params=MARCH, headers=who)).status_code


async def archived(tables: Tables, count: int) -> bool:
    """Tell whether so many records stand in the archive's segments."""
    found: int = await tables.one("SELECT coalesce(sum(next_offset - first_offset), 0) FROM archive.manifest")
    assert found <= count, await tables.rows("SELECT topic, first_offset, next_offset FROM archive.manifest")
    return found == count


@asynccontextmanager
async def counted(settings: Settings, issuer: Issuer, tables: Tables) -> AsyncIterator[Reports]:
    """Run KPI and the archive until both have taken all facts."""
    await begin_now(settings, ["kpi", "archive"])
    other = settings.model_copy(update={"http_port": settings.http_port + 1})
    told = facts()
    async with running(run_kpi, settings) as client, running(run_archive, other), producing(settings) as producer:
        await publish(producer, told)
        await tables.until_count("kpi.inbox", len(told))
        await until(lambda: archived(tables, len(told)), what="the archive to hold all facts")
        yield Reports(client, issuer)


@pytest.fixture
async def reports(
    settings: Settings, issuer: Issuer, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Reports]:
    """Run KPI and an archive that does not wait long for a segment to fill."""
    monkeypatch.setattr(keep, "AGE_S", 0.1)
    async with counted(settings, issuer, tables) as found:
        yield found


async def test_what_was_reported_shows_by_city_to_those_whose_region_it_is(reports: Reports) -> None:
    here = {"warned": 2, "warned_customers": 2, "contacts": 2, "retained": 1, "worked": 1, "failures": 1}
    there = {"warned": 1, "warned_customers": 1, "contacts": 2, "failures": 2}
    assert await reports.measures("150000", "province_admin") == {CITY: here, OTHER_CITY: there}
    assert await reports.measures(CITY) == {CITY: here}
    assert await reports.measures(OTHER_CITY) == {OTHER_CITY: there}
    assert await reports.factors(CITY) == [(CITY, "competitor_tariff", 1)]
    assert sorted(await reports.factors(OTHER_CITY)) == [
        (OTHER_CITY, "network_quality", 1),
        (OTHER_CITY, "not_said", 1),
    ]
    assert await reports.rows("/kpi/monthly", "440000") == []
    assert [await reports.status(role) for role in ("finance", "customer_manager")] == [200, 403]


async def test_the_archive_adds_up_to_the_counters_and_shows_one_that_was_altered(
    reports: Reports, settings: Settings, tables: Tables
) -> None:
    assert await tables.count("kpi.counter") > 0
    assert await recount(settings) == []
    await tables.change("UPDATE kpi.counter SET value = value + 4 WHERE measure = 'retained'")
    await tables.change("DELETE FROM kpi.counter WHERE measure = 'failures' AND factor = 'network_quality'")
    assert await recount(settings) == [
        Difference("failures", Cell("2026-03", ELSEWHERE, "boris", "network_quality"), kept=0, recounted=1),
        Difference("retained", Cell("2026-03", REGION, "anna"), kept=5, recounted=1),
    ]
