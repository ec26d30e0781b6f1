"""What a caller does at the desk, over HTTP, real Kafka and PostgreSQL: claim, renew, return, report, read the queue.

An item comes onto the desk as it does in the operator's house: by a warning on Kafka.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from httpx import Response

from services.dispatch.domain.holdout import Holdout, held_out
from services.dispatch.wiring import run as run_dispatch
from shared.settings import Settings
from shared.topic import Event
from tests.support.builders import NUMBER, REGION, at
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running
from tests.support.tables import Tables
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.integration

PROBLEM = "application/problem+json"
RETAINED: dict[str, Any] = {
    "reached": True,
    "outcome": "retained",
    "judged_reason": "competitor_tariff",
    "means": ["tariff"],
}
LAPSE = "UPDATE dispatch.work_item SET lease_until = clock_timestamp() - interval '1 second'"


@dataclass(frozen=True, slots=True)
class Desk:
    """A running dispatch service, and all that a test needs to feed it, ask it and look behind it."""

    client: httpx.AsyncClient
    producer: AIOKafkaProducer
    tables: Tables
    issuer: Issuer

    def rep(self, name: str = "carl", role: str = "phone_manager", region: str = REGION) -> "Rep":
        """Return somebody who works here."""
        return Rep(self.client, self.issuer.bearer(name, role, region))

    async def tell(self, events: Sequence[Event], rows: str, many: int) -> None:
        """Publish `events` and wait until dispatch has so many `rows`."""
        await publish(self.producer, events)
        await self.tables.until_count(rows, many)

    async def open_items(self, many: int, **fields: Any) -> None:
        """Open items for the first `many` customers that no holdout takes away."""
        warnings = [warning(customer_id=customer_id, **fields) for customer_id in callable_customers(many)]
        await self.tell(warnings, "dispatch.work_item WHERE state = 'open'", many)


@dataclass(frozen=True, slots=True)
class Rep:
    """A person with a token."""

    client: httpx.AsyncClient
    headers: dict[str, str]

    async def get(self, path: str = "", **query: Any) -> Response:
        """Ask for something below the queue."""
        return await self.client.get(f"/work-items{path}", params=query, headers=self.headers)

    async def claim(self) -> Response:
        """Ask for the next item."""
        return await self.client.post("/work-items/next", headers=self.headers)

    async def do(self, what: str, lease: dict[str, Any], key: str = "a key of mine", **body: Any) -> Response:
        """Do something with the item of `lease`, with the lease's token."""
        path = f"/work-items/{lease['item']['work_item_id']}/{what}"
        headers = self.headers | {"Idempotency-Key": key}
        return await self.client.post(path, json={"token": lease["token"]} | body, headers=headers)


def callable_customers(many: int) -> list[str]:
    """Return customers who are not held out."""
    return list(islice((name for name in map(str, count()) if not held_out(name, None, Holdout())), many))


@asynccontextmanager
async def desk_at(
    settings: Settings, tables: Tables, issuer: Issuer, day: str = "2026-03-05 12:00"
) -> AsyncIterator[Desk]:
    """Run dispatch with an empty queue on `day`."""
    await begin_now(settings, ["dispatch"])
    await move_clock(tables, day)
    async with running(run_dispatch, settings) as client, producing(settings) as producer:
        yield Desk(client, producer, tables, issuer)


async def move_clock(tables: Tables, day: str) -> None:
    """Let business time be `day`."""
    await tables.change("SELECT platform.move_business_clock(:day)", day=at(day))


def refused(answer: Response, status: int) -> bool:
    """Tell whether `answer` is a problem with `status`."""
    told = answer.json()["status"] if answer.headers.get("content-type") == PROBLEM else None
    return (answer.status_code, told) == (status, status)


@pytest.fixture
async def desk(settings: Settings, tables: Tables, issuer: Issuer) -> AsyncIterator[Desk]:
    """Run dispatch for one test."""
    async with desk_at(settings, tables, issuer) as found:
        yield found


async def test_of_thirty_who_claim_at_once_no_two_get_the_same_item(desk: Desk) -> None:
    await desk.open_items(20)
    reps = [desk.rep(f"r{number}") for number in range(30)]

    answers = await asyncio.gather(*(rep.claim() for rep in reps))
    leases = [answer.json() for answer in answers if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200] * 20 + [204] * 10
    assert len({lease["item"]["work_item_id"] for lease in leases}) == 20
    assert {lease["token"] for lease in leases} == {1}

    again = await asyncio.gather(*(rep.claim() for rep in reps))
    assert [answer.content for answer in again] == [answer.content for answer in answers]


async def test_a_lease_is_renewed_returned_and_claimed_by_another(desk: Desk) -> None:
    await desk.open_items(1)
    carl, dora = desk.rep("carl"), desk.rep("dora")
    lease = (await carl.claim()).json()

    renewed = (await carl.do("renew", lease)).json()
    assert renewed["token"] == lease["token"]
    assert renewed["lease_until"] > lease["lease_until"]
    assert (await dora.claim()).status_code == 204

    assert (await carl.do("return", lease, why="on another line")).status_code == 204
    assert (await dora.claim()).json()["token"] == lease["token"] + 1
    assert refused(await carl.do("renew", lease), 409)
    assert await desk.tables.rows("SELECT actor, action, details FROM dispatch.audit") == [
        ("carl", "item_returned", {"why": "on another line"})
    ]


async def test_a_result_closes_the_item_and_its_token_is_spent(desk: Desk) -> None:
    await desk.open_items(1)
    carl = desk.rep()
    lease = (await carl.claim()).json()

    reported = await carl.do("result", lease, **RETAINED)
    assert (reported.status_code, reported.json()["item_state"]) == (200, "worked")
    assert refused(await carl.do("result", lease, "another key", **RETAINED), 409)
    assert refused(await carl.do("renew", lease), 409)
    assert (await carl.claim()).status_code == 204
    assert await desk.tables.rows("SELECT staff_id, reached, outcome, judged_reason, means FROM dispatch.contact") == [
        ("carl", True, "retained", "competitor_tariff", ["tariff"])
    ]


async def test_who_reached_nobody_gets_the_item_again_the_next_day(desk: Desk) -> None:
    await desk.open_items(1)
    carl = desk.rep()
    lease = (await carl.claim()).json()

    assert (await carl.do("result", lease, reached=False)).json()["item_state"] == "open"
    assert (await carl.claim()).status_code == 204
    await move_clock(desk.tables, "2026-03-06 00:00")
    assert (await carl.claim()).json()["item"]["attempts"] == 1


async def test_a_lapsed_lease_is_anothers_and_its_token_is_refused(desk: Desk) -> None:
    await desk.open_items(1)
    carl, dora = desk.rep("carl"), desk.rep("dora")
    lapsed = (await carl.claim()).json()
    await desk.tables.change(LAPSE)
    assert await _refusals(carl, lapsed) == [True] * 4

    lease = (await dora.claim()).json()
    assert lease["item"]["work_item_id"] == lapsed["item"]["work_item_id"]
    assert lease["token"] == lapsed["token"] + 1
    assert await _refusals(carl, lapsed) == [True] * 4
    assert (await dora.do("result", lease, **RETAINED)).status_code == 200


async def test_a_colleague_who_guesses_the_token_can_do_nothing_with_it(desk: Desk) -> None:
    await desk.open_items(1)
    carl, dora = desk.rep("carl"), desk.rep("dora")
    lease = (await carl.claim()).json()

    assert await _refusals(dora, lease) == [True] * 4
    assert (await carl.claim()).json() == lease


async def _refusals(rep: Rep, lease: dict[str, Any]) -> list[bool]:
    """Return whether each thing that asks for a token is refused as a conflict."""
    answers = [
        await rep.do("renew", lease),
        await rep.do("return", lease, why="no time"),
        await rep.do("number", lease, why="to call"),
        await rep.do("result", lease, **RETAINED),
    ]
    return [refused(answer, 409) for answer in answers]


async def test_a_result_sent_again_under_its_key_is_kept_once(desk: Desk) -> None:
    await desk.open_items(1)
    carl = desk.rep()
    lease = (await carl.claim()).json()

    answers = await asyncio.gather(*(carl.do("result", lease, **RETAINED) for _ in range(5)))
    answers.append(await carl.do("result", lease, **RETAINED))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert await desk.tables.count("dispatch.contact") == 1
    assert refused(await carl.do("result", lease, **RETAINED | {"outcome": "refused"}), 422)
    assert refused(await carl.do("result", lease, "short", **RETAINED), 422)
    assert await desk.tables.column("SELECT outcome FROM dispatch.contact") == ["retained"]


async def test_the_queue_is_read_page_by_page_each_item_once_and_in_order(desk: Desk) -> None:
    values = (10_000, 15_000, 10_000, 12_000, 19_900, 10_000, 12_000)
    pairs = zip(callable_customers(len(values)), values, strict=True)
    raised = [warning(customer_id=customer_id, arpu_fen=arpu) for customer_id, arpu in pairs]
    await desk.tell(raised, "dispatch.work_item", len(values))

    pages = [(await desk.rep().get(limit=3)).json()]
    while after := pages[-1]["next"]:
        pages.append((await desk.rep().get(limit=3, cursor=after)).json())
    items = [item for page in pages for item in page["items"]]
    assert [len(page["items"]) for page in pages] == [3, 3, 1]
    assert len({item["work_item_id"] for item in items}) == len(values)
    assert items == sorted(items, key=lambda item: (-item["priority"], item["opened_at"], item["work_item_id"]))

    forged = ["garbage", "!", "王", *(base64.urlsafe_b64encode(text).decode() for text in (b"[1]", b"\xff", b"[" * 99))]
    answers = [await desk.rep().get(cursor=cursor) for cursor in forged]
    assert [refused(answer, 400) for answer in answers] == [True] * len(forged)


async def test_the_number_is_shown_to_whoever_holds_the_item_and_it_is_audited(desk: Desk) -> None:
    await desk.open_items(1)
    carl = desk.rep()
    lease = (await carl.claim()).json()
    assert lease["item"]["number"] == "133****0001"

    assert refused(await carl.do("number", lease, token=lease["token"] + 1, why="to call"), 409)
    assert await desk.tables.count("dispatch.audit") == 0
    assert (await carl.do("number", lease, why="to call")).json() == {"number": NUMBER}
    assert await desk.tables.rows("SELECT actor, role, action, subject, details FROM dispatch.audit") == [
        ("carl", "phone_manager", "number_revealed", lease["item"]["work_item_id"], {"why": "to call"})
    ]
