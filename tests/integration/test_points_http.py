"""Points over HTTP: what is spent is set aside at once, settled when billing has answered, and never spent twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from services.points.wiring import run
from shared.events.points_posted import PointsPosted
from shared.events.top_up_answered import TopUpAnswered
from shared.events.top_up_requested import TopUpRequested
from shared.settings import Settings
from shared.topic import Event
from tests.support.builders import NUMBER, at, bill, customer, fresh, subscription
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.said import Marks, said
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

REDEMPTIONS = "/members/c1/redemptions"


class Hall:
    """A channel before the points service of one test, whose one member has earned points."""

    def __init__(self, client: httpx.AsyncClient, channel: dict[str, str], settings: Settings, since: Marks) -> None:
        self.client, self._channel = client, channel
        self._settings, self._since = settings, since

    async def redeem(self, points: int, key: str = "") -> httpx.Response:
        """Ask for airtime under a new key, or under `key`."""
        headers = self._channel | {"Idempotency-Key": key or fresh("key")}
        return await self.client.post(REDEMPTIONS, json={"points": points}, headers=headers)

    async def balance(self) -> int:
        """Return what the member can spend."""
        answer = await self.client.get("/members/c1/balance", headers=self._channel)
        assert answer.status_code == 200, answer.text
        points: int = answer.json()["points"]
        return points

    async def requests(self, count: int) -> list[TopUpRequested]:
        """Wait until billing was asked `count` times, and return its requests."""
        found: list[TopUpRequested] = []

        async def asked() -> bool:
            found[:] = await said(self._settings, self._since, TopUpRequested)
            return len(found) >= count

        await until(asked, what=f"{count} requests to billing")
        return found

    async def told(self, kinds: dict[str, int]) -> bool:
        """Tell whether so many postings of each kind, and no others, were told."""
        return Counter(each.kind for each in await said(self._settings, self._since, PointsPosted)) == kinds

    async def publish(self, *events: Event) -> None:
        """Publish as billing or the CRM does."""
        async with producing(self._settings) as producer:
            await publish(producer, events)


@asynccontextmanager
async def served(settings: Settings, issuer: Issuer, tables: Tables, yuan: int) -> AsyncIterator[Hall]:
    """Run points with one member, who was billed `yuan` and so has as many points."""
    since = await begin_now(settings, ["points"])
    async with running(run, settings) as client:
        hall = Hall(client, issuer.bearer("web_hall", "channel", "150000"), settings, since)
        await hall.publish(customer(member_level="gold"), subscription(), bill("2026-02", yuan))
        await tables.until_count("points.posting", 1)
        yield hall


def answered(request_id: str, *, accepted: bool, when: str = "2026-03-06 10:00") -> TopUpAnswered:
    """Return billing's answer."""
    return TopUpAnswered(
        id=fresh("answer"),
        occurred_at=at(when),
        msisdn=NUMBER,
        request_id=request_id,
        accepted=accepted,
        why=None if accepted else "the number is suspended",
    )


async def balanced(tables: Tables) -> None:
    """Hold the balances against the entries that they are sums of."""
    assert await tables.one("SELECT sum(points) FROM points.entry") == 0
    summed = await tables.by("SELECT account, sum(points) FROM points.entry GROUP BY account")
    kept = await tables.by("SELECT account, points FROM points.balance")
    assert {account: int(points) for account, points in summed.items()} == kept
    assert min(points for account, points in kept.items() if not account.startswith("house:")) >= 0


async def states(tables: Tables) -> Sequence[str]:
    """Return the states of all redemptions, in order."""
    return await tables.column("SELECT state FROM points.redemption ORDER BY points")


async def test_a_bill_becomes_points_and_points_become_airtime_when_billing_says_so(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    async with served(settings, issuer, tables, yuan=3_500) as hall:
        assert await hall.balance() == 3_500
        given, kept = await hall.redeem(1_000), await hall.redeem(1_500)
        assert [given.status_code, kept.status_code] == [201, 201]
        assert given.json() | {"redemption_id": ""} == {
            "redemption_id": "",
            "customer_id": "c1",
            "points": 1_000,
            "airtime_yuan": 10.0,
            "state": "reserved",
        }
        assert await hall.balance() == 1_000, "what is set aside cannot be spent"
        requests = {request.id: request for request in await hall.requests(2)}
        ids = [each.json()["redemption_id"] for each in (given, kept)]
        assert [(requests[i].msisdn, requests[i].amount_fen) for i in ids] == [(NUMBER, 1_000), (NUMBER, 1_500)]

        refusal, done = answered(ids[0], accepted=False), answered(ids[1], accepted=True, when="2026-09-06 10:00")
        await hall.publish(refusal, done)
        await tables.until_count("points.redemption WHERE state <> 'reserved'", 2)
        assert await states(tables) == ["released", "redeemed"]
        assert await hall.balance() == 2_000
        await balanced(tables)

        await hall.publish(done, answered(ids[0], accepted=True), answered(ids[1], accepted=False))
        await hall.publish(bill("2026-03", 100))
        await tables.until_count("points.inbox WHERE topic = 'billing.top_up_answered.v1'", 4)
        await tables.until_count("points.posting WHERE kind = 'earned'", 2)
        assert await states(tables) == ["released", "redeemed"], "billing's first answer counts"
        assert await hall.balance() == 2_100
        await balanced(tables)
        await until(lambda: hall.told({"earned": 2, "reserved": 2, "released": 1, "redeemed": 1}), what="all postings")


async def test_what_no_member_may_spend_is_refused_and_asks_nothing_of_billing(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    async with served(settings, issuer, tables, yuan=1_200) as hall:
        wrong = [await hall.redeem(points) for points in (1_100, 1_500, 0)]
        manager = issuer.bearer("anna", "customer_manager", "150000") | {"Idempotency-Key": fresh("key")}
        foreign = await hall.client.post(REDEMPTIONS, json={"points": 1_000}, headers=manager)
        assert [answer.status_code for answer in (*wrong, foreign)] == [422, 422, 422, 403]
        assert await hall.balance() == 1_200
        assert (await hall.redeem(1_000)).status_code == 201
        assert len(await hall.requests(1)) == 1


async def test_twenty_redemptions_at_once_spend_what_there_is_and_no_more(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    async with served(settings, issuer, tables, yuan=7_300) as hall:
        answers = await asyncio.gather(*(hall.redeem(1_000) for _ in range(20)))
        assert Counter(answer.status_code for answer in answers) == {201: 7, 422: 13}
        assert await hall.balance() == 300
        await balanced(tables)
        taken = {answer.json()["redemption_id"] for answer in answers if answer.status_code == 201}
        assert {request.id for request in await hall.requests(7)} == taken


async def test_a_key_redeems_once_however_often_and_at_once_it_is_asked(
    settings: Settings, issuer: Issuer, tables: Tables
) -> None:
    async with served(settings, issuer, tables, yuan=5_000) as hall:
        answers = await asyncio.gather(*(hall.redeem(1_000, key="one-and-the-same") for _ in range(5)))
        assert [(answer.status_code, answer.json()) for answer in answers] == [(201, answers[0].json())] * 5
        assert (await hall.redeem(1_500, key="one-and-the-same")).status_code == 422, "a key stands for one request"
        assert await hall.balance() == 4_000
        assert await tables.count("points.redemption") == 1
        await balanced(tables)
