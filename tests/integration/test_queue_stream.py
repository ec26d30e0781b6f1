"""Work announces itself over HTTP to those whose it is, and nothing is missed over a broken line."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.dispatch.api import listening
from shared.settings import Settings
from tests.integration.test_desk import RETAINED, Desk, Rep, callable_customers, desk_at, refused
from tests.support.issuer import Issuer
from tests.support.running import until
from tests.support.tables import Tables
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.integration

OTHER_COUNTY = "150000.150200.150202"
SOON_S = 30.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One server-sent event."""

    id: str
    kind: str
    data: dict[str, Any]


class Line:
    """An open stream of events."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, count: int = 1) -> list[Heard]:
        """Return the next `count` events."""
        return [await asyncio.wait_for(self._one(), SOON_S) for _ in range(count)]

    async def _one(self) -> Heard:
        fields: dict[str, str] = {}
        while True:
            line = await anext(self._lines)
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                return Heard(fields["id"], fields["event"], json.loads(fields["data"]))


@pytest.fixture
async def desk(settings: Settings, tables: Tables, issuer: Issuer) -> AsyncIterator[Desk]:
    """Run dispatch for one test."""
    async with desk_at(settings, tables, issuer) as found:
        yield found


@asynccontextmanager
async def listens(rep: Rep, after: str | None = None) -> AsyncIterator[Line]:
    """Open a stream; `after` is the id of the last event heard before."""
    headers = rep.headers | ({"Last-Event-ID": after} if after else {})
    async with rep.client.stream("GET", "/events", headers=headers, timeout=None) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        await until(lambda: _open_streams(rep.client), what="the stream to be taken in")
        yield Line(response)


async def test_work_is_announced_to_those_whose_it_is(desk: Desk) -> None:
    here, there = desk.rep("carl"), desk.rep("zoe", region=OTHER_COUNTY)
    first, second = callable_customers(2)
    async with listens(here) as line, listens(there) as other_line:
        await desk.tell([warning(customer_id=first)], "dispatch.work_item", 1)
        await desk.tell([warning(customer_id=second, region=OTHER_COUNTY)], "dispatch.work_item", 2)
        [heard], [elsewhere] = await line.next(), await other_line.next()

    items = await desk.tables.by("SELECT customer_id, work_item_id FROM dispatch.work_item")
    assert (heard.kind, heard.data["work_item_id"], heard.data["tier"]) == ("opened", items[first], "phone_manager")
    # What happened to the other county's item is the first that its own people hear.
    assert (elsewhere.kind, elsewhere.data["work_item_id"]) == ("opened", items[second])
    assert "msisdn" not in heard.data
    assert "number" not in heard.data


async def test_what_happened_while_the_line_was_broken_comes_first_and_once(desk: Desk) -> None:
    carl = desk.rep()
    names = callable_customers(6)
    async with listens(carl) as line:
        await desk.tell([warning(customer_id=names[0])], "dispatch.work_item", 1)
        [last] = await line.next()
    for count, name in enumerate(names[1:4], 2):
        await desk.tell([warning(customer_id=name)], "dispatch.work_item", count)

    async with listens(carl, after=last.id) as line:
        missed = await line.next(3)
        await desk.tell([warning(customer_id=names[4])], "dispatch.work_item", 5)
        live = await line.next()
    async with listens(carl, after=live[0].id) as line:
        await desk.tell([warning(customer_id=names[5])], "dispatch.work_item", 6)
        latest = await line.next()

    ids = [int(event.id) for event in (last, *missed, *live, *latest)]
    items = await desk.tables.by("SELECT work_item_id, customer_id FROM dispatch.work_item")
    assert ids == sorted(set(ids))
    assert [items[event.data["work_item_id"]] for event in (last, *missed, *live, *latest)] == names


async def test_each_turn_of_an_item_is_told(desk: Desk) -> None:
    carl = desk.rep()
    async with listens(desk.rep("sue", "county_supervisor")) as line:
        await desk.open_items(1)
        lease = (await carl.claim()).json()
        assert (await carl.do("return", lease, why="on another line")).status_code == 204
        lease = (await carl.claim()).json()
        assert (await carl.do("result", lease, **RETAINED)).status_code == 200
        told = await line.next(3)

    assert [event.kind for event in told] == ["opened", "returned", "closed"]
    assert {event.data["work_item_id"] for event in told} == {lease["item"]["work_item_id"]}


async def test_nobody_listens_without_a_token_or_beyond_the_bound(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    carl = desk.rep()
    assert refused(await desk.client.get("/events"), 401)
    assert refused(await desk.client.get("/events", headers=desk.rep("fin", "finance").headers), 403)
    assert refused(await desk.client.get("/events", headers=carl.headers | {"Last-Event-ID": "yesterday"}), 422)

    monkeypatch.setattr(listening, "LISTENERS_MAX", 1)
    async with listens(carl):
        full = await desk.client.get("/events", headers=carl.headers)
    assert refused(full, 429)
    assert int(full.headers["retry-after"]) > 0


async def _open_streams(client: httpx.AsyncClient) -> bool:
    told = (await client.get("/metrics")).text
    return 'keepline_event_streams{service="dispatch"} 0.0' not in told
