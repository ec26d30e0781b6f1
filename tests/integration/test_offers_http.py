"""Offers over HTTP: what a warned customer may be offered, and an offer's way, each step once only."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from services.offers.wiring import run
from shared.events.bill_issued import BillLines
from shared.events.fulfilment_answered import FulfilmentAnswered
from shared.events.fulfilment_requested import FulfilmentRequested
from shared.events.offer_changed import OfferChanged
from shared.events.warning_raised import LikelyReason, WarningRaised
from shared.events.work_item_closed import WorkItemClosed
from shared.events.work_item_offered import WorkItemOffered
from shared.settings import Settings
from shared.topic import Event
from tests.support.builders import NUMBER, REGION, at, bill, fresh
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.said import Marks, said
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

NOON = at("2026-03-05 12:00")
ELSEWHERE = "150000.150200.150202"
GIFTS = ["deposit_gift:500", "deposit_gift:200", "deposit_gift:100"]
PLANS = ["tariff_plan:tianyi_19", "tariff_plan:tianyi_59"]

WARNING = WarningRaised(
    id="warning:c1",
    occurred_at=NOON,
    msisdn=NUMBER,
    rule_id="rival_forwarding",
    level=3,
    evidence={},
    explanation_zh="呼叫转移到竞争对手号码",
    explanation_en="Calls are forwarded to a rival's number",
    reasons=(LikelyReason(reason="competitor_poaching", weight=3, because=("forwarding",)),),
    cause_id="forwarding",
    rule_version=1,
    policy_version=0,
    actionable_until=at("2026-03-12 12:00"),
    subscription_id="s1",
    customer_id="c1",
    region=REGION,
    brand="tianyi",
    package="tianyi_129",
    activated_at=at("2024-06-01 00:00"),
    arpu_fen=15_000,
    months_known=1,
    stars=6,
    important=None,
    population="important",
)
ITEM = WorkItemOffered(
    id="item:c1",
    occurred_at=NOON,
    work_item_id="i1",
    revision=1,
    customer_id="c1",
    subscription_id="s1",
    msisdn=NUMBER,
    home_region=REGION,
    offered_region=REGION,
    tier="customer_manager",
    priority=1,
    assigned_to=None,
    opened_at=NOON,
    due_at=at("2026-03-07 12:00"),
)
CLOSED = WorkItemClosed(
    id="closed:c1",
    occurred_at=NOON,
    work_item_id="i1",
    customer_id="c1",
    subscription_id="s1",
    home_region=REGION,
    state="worked",
    staff_id="anna",
)


class Desk:
    """The offers service of one test, with one warned customer who has an open item."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, settings: Settings, since: Marks) -> None:
        self._client, self._issuer = client, issuer
        self._settings, self._since = settings, since

    async def packages(self, staff_id: str = "anna", region: str = REGION) -> httpx.Response:
        """Ask what the customer may be offered."""
        who = self._issuer.bearer(staff_id, "customer_manager", region)
        return await self._client.get("/customers/c1/packages", headers=who)

    async def issue(
        self, package_id: str, staff_id: str = "anna", region: str = REGION, key: str = ""
    ) -> httpx.Response:
        """Offer a package within the customer's item."""
        body = {"work_item_id": "i1", "package_id": package_id}
        return await self._client.post("/offers", json=body, headers=self._who(staff_id, region, key))

    async def issued(self, package_id: str) -> str:
        """Offer a package, and return the offer's id."""
        answer = await self.issue(package_id)
        assert answer.status_code == 201, answer.text
        offer_id: str = answer.json()["offer_id"]
        return offer_id

    async def answer(self, offer_id: str, what: str, staff_id: str = "anna", region: str = REGION) -> httpx.Response:
        """Keep the customer's answer, `accept` or `decline`."""
        return await self._client.post(f"/offers/{offer_id}/{what}", headers=self._who(staff_id, region, ""))

    async def publish(self, *events: Event) -> None:
        """Publish as billing and lower stages do."""
        async with producing(self._settings) as producer:
            await publish(producer, events)

    async def requests(self, count: int) -> list[FulfilmentRequested]:
        """Wait until billing was asked `count` times, and return its requests."""
        found: list[FulfilmentRequested] = []

        async def asked() -> bool:
            found[:] = await said(self._settings, self._since, FulfilmentRequested)
            return len(found) >= count

        await until(asked, what=f"{count} requests to billing")
        return found

    async def told(self, steps: Sequence[tuple[str, str]]) -> None:
        """Wait until the offers' steps were told, each once: an offer's id, and the state that it came into."""

        async def there() -> bool:
            changes = await said(self._settings, self._since, OfferChanged)
            return [(change.offer_id, change.state) for change in changes] == list(steps)

        await until(there, what=f"the steps {steps}")

    def _who(self, staff_id: str, region: str, key: str) -> dict[str, str]:
        who = self._issuer.bearer(staff_id, "customer_manager", region)
        return who | {"Idempotency-Key": key or fresh("key")}


@asynccontextmanager
async def served(settings: Settings, issuer: Issuer, tables: Tables) -> AsyncIterator[Desk]:
    """Run offers, which has heard of one warned customer with an open item and a billed month."""
    since = await begin_now(settings, ["offers"])
    async with running(run, settings) as client:
        desk = Desk(client, issuer, settings, since)
        await desk.publish(WARNING, ITEM, bill("2026-02", 150, lines=BillLines(local_minutes=100)))
        for table in ("warned", "work_item", "billed_month"):
            await tables.until_count(f"offers.{table}", 1)
        yield desk


@pytest.fixture
async def desk(settings: Settings, issuer: Issuer, tables: Tables) -> AsyncIterator[Desk]:
    """Run offers with one warned customer."""
    async with served(settings, issuer, tables) as found:
        yield found


def billings(request: FulfilmentRequested, *, accepted: bool) -> FulfilmentAnswered:
    """Return billing's answer to `request`."""
    why = None if accepted else "the number is suspended"
    return FulfilmentAnswered(
        id=fresh("answer"), occurred_at=NOON, msisdn=NUMBER, request_id=request.id, accepted=accepted, why=why
    )


async def test_the_likely_reason_says_which_packages_come_first(desk: Desk) -> None:
    shown = await desk.packages()
    assert [each["package_id"] for each in shown.json()["packages"]] == [*GIFTS, *PLANS]
    assert (await desk.packages(region=ELSEWHERE)).status_code == 404, "a warned customer is shown at home only"

    tariff = (LikelyReason(reason="competitor_tariff", weight=3, because=("usage",)),)
    await desk.publish(
        msgspec.structs.replace(WARNING, id="warning:later", occurred_at=at("2026-03-06 12:00"), reasons=tariff)
    )

    async def turned() -> bool:
        return [each["package_id"] for each in (await desk.packages()).json()["packages"]] == [*PLANS, *GIFTS]

    await until(turned, what="the later warning's reason to count")


async def test_an_accepted_offer_is_fulfilled_or_refused_by_billings_first_answer(desk: Desk, tables: Tables) -> None:
    gift, plan = await desk.issued(GIFTS[0]), await desk.issued(PLANS[0])
    for offer_id in (gift, plan):
        assert (await desk.answer(offer_id, "accept")).json()["state"] == "accepted"
    by_offer = {request.offer_id: request for request in await desk.requests(2)}
    assert by_offer[gift].terms == {"deposit_fen": 50_000, "gift_fen": 2_000, "months": 20}

    await desk.publish(billings(by_offer[gift], accepted=True), billings(by_offer[plan], accepted=False))
    await tables.until_count("offers.offer WHERE state <> 'accepted'", 2)
    await desk.publish(billings(by_offer[gift], accepted=False), billings(by_offer[plan], accepted=True))
    await tables.until_count("offers.inbox WHERE topic = 'billing.fulfilment_answered.v1'", 4)
    assert await tables.by("SELECT offer_id, state FROM offers.offer") == {gift: "fulfilled", plan: "refused"}
    again = await desk.issue(PLANS[1])
    assert again.status_code == 201, "after billing's refusal another offer may be made"
    await desk.told(
        [
            (gift, "issued"),
            (plan, "issued"),
            (gift, "accepted"),
            (plan, "accepted"),
            (gift, "fulfilled"),
            (plan, "refused"),
            (again.json()["offer_id"], "issued"),
        ]
    )
    assert len(await desk.requests(2)) == 2


async def test_an_answer_is_kept_once_and_the_other_one_comes_too_late(desk: Desk) -> None:
    offer_id = await desk.issued(GIFTS[1])
    assert (await desk.answer(offer_id, "accept", "zoe", ELSEWHERE)).status_code == 404
    assert (await desk.answer(offer_id, "decline")).status_code == 200
    assert [(await desk.answer(offer_id, what)).status_code for what in ("decline", "accept")] == [409, 409]
    second = await desk.issued(GIFTS[1])
    answers = await asyncio.gather(*(desk.answer(second, what) for what in ("accept", "decline") * 4))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


async def test_of_managers_who_offer_the_same_at_once_one_wins_and_is_told_the_same_again(desk: Desk) -> None:
    names = ("anna", "boris", "chen", "dina")
    answers = await asyncio.gather(*(desk.issue(GIFTS[0], name, key=f"key-of-{name}") for name in names))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    [won] = [(name, answer) for name, answer in zip(names, answers, strict=True) if answer.status_code == 201]
    name, answer = won
    repeated = await desk.issue(GIFTS[0], name, key=f"key-of-{name}")
    assert (repeated.status_code, repeated.json()) == (201, answer.json())
    await desk.told([(answer.json()["offer_id"], "issued")])


async def test_nothing_is_offered_that_is_not_allowed_nor_outside_an_open_item(desk: Desk, tables: Tables) -> None:
    refused = [await desk.issue("deposit_gift:1"), await desk.issue(GIFTS[0], "zoe", ELSEWHERE)]
    await desk.publish(CLOSED)
    await tables.until_count("offers.work_item WHERE closed", 1)
    refused.append(await desk.issue(GIFTS[0]))
    assert [answer.status_code for answer in refused] == [404, 404, 404]
    assert await tables.count("offers.offer") == 0
