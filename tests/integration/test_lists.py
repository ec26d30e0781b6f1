"""Lists over HTTP: each sees their region, the same list again is the same bytes, and each extraction is audited."""

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from typing import Any

import httpx
import msgspec
import pytest
from msgspec import structs

from services.warning.wiring import run_rules
from shared.settings import Settings
from tests.support.builders import REGION, at
from tests.support.issuer import Issuer
from tests.support.running import begin_now, running
from tests.support.tables import Tables
from tests.unit.warning.builders import PLAIN

pytestmark = pytest.mark.integration

ELSEWHERE = "150000.150200.150202"
DAY = "/warnings/lists/day/2026-03-05"


async def known(tables: Tables, warning_id: str, region: str = REGION, ago: str = "1 hour", **fields: Any) -> None:
    """Have it that a warning was raised on the fifth of March, and came to be known some time ago."""
    warning = structs.replace(PLAIN, id=warning_id, region=region, **fields)
    await tables.change(
        "INSERT INTO warning.warning (warning_id, rule_id, subscription_id, customer_id, region, raised_at, level,"
        " population, facts, decided_at) VALUES (:id, :rule, 's1', 'c1', :region, :at, 2, 'potential',"
        f" CAST(:facts AS jsonb), clock_timestamp() - interval '{ago}')",
        id=warning_id,
        rule=warning.rule_id,
        region=region,
        at=warning.occurred_at,
        facts=msgspec.json.encode(warning).decode(),
    )


ADMIN = ("province_admin", "150000")


@asynccontextmanager
async def asking(settings: Settings, issuer: Issuer) -> AsyncIterator[Any]:
    """Run the rules, and return what asks them for a path as somebody."""
    await begin_now(settings, ["warning"])
    async with running(run_rules, settings) as client:

        async def ask(path: str, who: tuple[str, str] = ADMIN, **query: Any) -> httpx.Response:
            return await client.get(path, params=query, headers=issuer.bearer("pat", *who))

        yield ask


def ids(answer: httpx.Response) -> list[str]:
    """Return the warnings of a list in CSV."""
    assert answer.status_code == 200, answer.text
    return [line[0] for line in csv.reader(StringIO(answer.content.decode("utf-8-sig")))][1:]


async def test_a_list_holds_its_days_in_order_and_what_is_asked_for(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    await known(tables, "w2", rule_id="porting")
    await known(tables, "w1")
    await known(tables, "w3", occurred_at=at("2026-03-06 00:00"))
    await known(tables, "w4", region=ELSEWHERE)
    async with asking(settings, issuer) as ask:
        assert ids(await ask(DAY)) == ["w1", "w2", "w4"]
        assert ids(await ask("/warnings/lists/week/2026-03-08")) == ["w1", "w2", "w4", "w3"]
        assert ids(await ask(DAY, region="150000.150100")) == ["w1", "w2"]
        assert ids(await ask(DAY, rule=["porting", "complaint"])) == ["w2"]
        assert (await ask(DAY, region="x' OR 1")).status_code == 422
        xlsx = await ask(DAY, format="xlsx", language="en")

    assert xlsx.content[:2] == b"PK"
    assert xlsx.headers["Content-Disposition"] == 'attachment; filename="warnings-day-2026-03-05.xlsx"'
    audited = await tables.rows(
        "SELECT actor, action, subject, details ->> 'rows' FROM warning.audit ORDER BY id LIMIT 1"
    )
    assert audited == [("pat", "list_extracted", "day 2026-03-05", "3")]


async def test_each_sees_their_region_and_reps_see_no_list(settings: Settings, issuer: Issuer, tables: Tables) -> None:
    await known(tables, "w1")
    await known(tables, "w4", region=ELSEWHERE)
    there = ("city_admin", "150000.150200")
    async with asking(settings, issuer) as ask:
        assert ids(await ask(DAY, there)) == ["w4"]
        assert ids(await ask(DAY, there, region="150000.150100")) == []
        assert (await ask(DAY, ("phone_manager", REGION))).status_code == 403


async def test_a_list_of_a_past_day_can_be_made_again_as_it_was(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    await known(tables, "w1")
    await known(tables, "just_now", ago="1 second")
    async with asking(settings, issuer) as ask:
        first = await ask(DAY, format="xlsx")
        known_by = first.headers["Keepline-Known-By"]
        await known(tables, "came_late", ago="0 seconds")
        await tables.change("UPDATE warning.warning SET decided_at = decided_at - interval '30 seconds'")
        again = await ask(DAY, format="xlsx", known_by=known_by)
        assert ids(await ask(DAY, known_by=known_by)) == ["w1"]

    assert again.content == first.content
