"""Success rates by month, city, county and person: the same over HTTP and in SQL, in whatever order facts came."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from random import Random
from typing import Any

import httpx
import pytest

from services.kpi.wiring import run as run_kpi
from shared.events.day_passed import DayPassed
from shared.events.staff_recorded import StaffRecorded
from shared.settings import Settings
from shared.topic import Event
from tests.support.builders import REGION, at, fresh, subscription
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running
from tests.support.tables import Tables
from tests.unit.kpi.facts import NOON, closed, contact, saved, settled

pytestmark = pytest.mark.integration

CITY, OTHER_CITY = "150000.150100", "150000.150200"
NEIGHBOUR, FAR = f"{CITY}.150103", f"{OTHER_CITY}.150202"
APRIL = at("2026-04-02 10:00")
MONTHS = {"first": "2026-03", "last": "2026-04"}
FIGURES = "warned, held_out, worked, retained, saved"
Cell = tuple[str, str, str | None]
"""Month, region and person."""
Figures = tuple[Any, ...]
"""Those of FIGURES, then the claimed rate and the success rate."""


def facts() -> list[Event]:
    """Return what two months in three counties came to; one save of March did not last."""
    anna: dict[str, Any] = {"staff_id": "anna", "name": "安娜", "role": "customer_manager", "region": CITY}
    told: list[Event] = [
        StaffRecorded(id=fresh("staff"), occurred_at=APRIL, **anna),
        settled(warning_id="w5", customer_id="c5", state="held_out"),
    ]
    worked = (
        ("w1", "c1", REGION, "anna", NOON),
        ("w2", "c2", REGION, "anna", NOON),
        ("w3", "c3", NEIGHBOUR, "boris", NOON),
        ("w4", "c4", FAR, "chen", APRIL),
    )
    for warning_id, customer_id, region, staff_id, when in worked:
        who = {"customer_id": customer_id, "region": region, "subscription_id": f"s-{customer_id}"}
        told += [
            settled(when, warning_id=warning_id, staff_id=staff_id, **who),
            saved(warning_id, when, staff_id=staff_id, previous_staff_id=staff_id, **who),
            contact(when, region=region, customer_id=customer_id, staff_id=staff_id),
            closed(when, home_region=region, customer_id=customer_id, staff_id=staff_id),
        ]
    left: dict[str, Any] = {"subscription_id": "s-c3", "ended_at": at("2026-03-20 10:00")}
    return [*told, subscription("+8613300000003", "c3", **left)]


class Reader:
    """The province's administrator, who reads March and April."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self._client, self._who = client, issuer.bearer("pat", "province_admin", "150000")

    async def by(self, grouping: str) -> dict[Cell, Figures]:
        """Return the figures of each month and group."""
        answer = await self._client.get("/kpi/monthly", params=MONTHS | {"by": grouping}, headers=self._who)
        rows = answer.raise_for_status().json()
        return _told({(row["month"], row["region"], row["staff_id"]): _figures(row) for row in rows})


def _told(rows: dict[Cell, Figures]) -> dict[Cell, Figures]:
    """Return `rows` without those of which only another figure tells something."""
    return {cell: figures for cell, figures in rows.items() if any(figures[:5])}


def _figures(row: dict[str, Any]) -> Figures:
    counted = [row["measures"][name] for name in FIGURES.split(", ")]
    return (*counted, row["rates"]["claimed_rate"], row["rates"]["success_rate"])


@asynccontextmanager
async def counted(settings: Settings, issuer: Issuer, tables: Tables, told: Sequence[Event]) -> AsyncIterator[Reader]:
    """Have KPI count `told`, and let the days pass until every save is old enough to count."""
    await begin_now(settings, ["kpi"])
    async with running(run_kpi, settings) as client, producing(settings) as producer:
        await publish(producer, told)
        await tables.until_count("kpi.inbox", len({event.id for event in told}))
        await publish(producer, [DayPassed(id=fresh("day"), occurred_at=APRIL, day=date(2026, 5, 31))])
        await tables.until_count("kpi.due_day WHERE swept_at IS NOT NULL", 1)
        yield Reader(client, issuer)


MARCH_HERE = (3, 1, 2, 2, 2, 1.0, 1.0)
MARCH_NEXT = (1, 0, 1, 1, 0, 1.0, 0.0)
APRIL_FAR = (1, 0, 1, 1, 1, 1.0, 1.0)
MARCH_CITY = (4, 1, 3, 3, 2, 1.0, 0.6667)


async def test_each_level_shows_its_sums_and_the_rates_of_those(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    async with counted(settings, issuer, tables, facts()) as reader:
        shown = {grouping: await reader.by(grouping) for grouping in ("all", "city", "county", "staff")}

    assert shown["all"] == {("2026-03", "", None): MARCH_CITY, ("2026-04", "", None): APRIL_FAR}
    assert shown["city"] == {("2026-03", CITY, None): MARCH_CITY, ("2026-04", OTHER_CITY, None): APRIL_FAR}
    assert shown["county"] == {
        ("2026-03", REGION, None): MARCH_HERE,
        ("2026-03", NEIGHBOUR, None): MARCH_NEXT,
        ("2026-04", FAR, None): APRIL_FAR,
    }
    assert shown["staff"] == {
        ("2026-03", REGION, None): (1, 1, 0, 0, 0, None, None),
        ("2026-03", REGION, "anna"): (2, 0, 2, 2, 2, 1.0, 1.0),
        ("2026-03", NEIGHBOUR, "boris"): MARCH_NEXT,
        ("2026-04", FAR, "chen"): APRIL_FAR,
    }


async def test_the_views_say_what_http_says(settings: Settings, issuer: Issuer, tables: Tables) -> None:
    async with counted(settings, issuer, tables, facts()) as reader:
        shown = {grouping: await reader.by(grouping) for grouping in ("city", "county", "staff")}
        views = {
            grouping: await tables.rows(
                f"SELECT month, CAST(region AS text), {whose}, {FIGURES}, claimed_rate::float8, success_rate::float8"
                f" FROM kpi.monthly_by_{grouping}"
            )
            for grouping, whose in (("city", "NULL"), ("county", "NULL"), ("staff", "nullif(staff_id, '')"))
        }
        named = await tables.by("SELECT staff_id, name FROM kpi.monthly_by_staff")

    for grouping, rows in views.items():
        assert _told({(row[0], row[1], row[2]): row[3:] for row in rows}) == shown[grouping], grouping
    assert named == {"": None, "anna": "安娜", "boris": None, "chen": None}


async def test_the_order_of_facts_and_their_repetition_change_nothing(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    told = facts()
    mixed = [*told, *told]
    Random(11).shuffle(mixed)

    async with counted(settings, issuer, tables, mixed) as reader:
        shown = await reader.by("county")

    assert shown == {
        ("2026-03", REGION, None): MARCH_HERE,
        ("2026-03", NEIGHBOUR, None): MARCH_NEXT,
        ("2026-04", FAR, None): APRIL_FAR,
    }
