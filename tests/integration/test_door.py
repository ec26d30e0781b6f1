"""The door for integrators, over real HTTP to a real broker: all of a request is taken, or nothing is."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import msgspec
import pytest

from services.intake.api.door import BATCH, BATCH_MAX, BODY_BYTES_MAX, SINGLE
from services.intake.stream import publisher
from services.intake.wiring import run_door
from shared import codec
from shared.catalogue import topic_of
from shared.events.payment_received import PaymentReceived
from shared.settings import Settings
from tests.conftest import Servers
from tests.support.builders import NUMBER, fresh
from tests.support.effects import payment
from tests.support.issuer import Issuer
from tests.support.running import log_ends, running
from tests.support.said import Marks, records, said

pytestmark = pytest.mark.integration

TOPIC = topic_of(PaymentReceived)
PROBLEM = "application/problem+json"
BARE = f"/topics/{TOPIC.name}/events"


class Door:
    """An integrator before the door of one test."""

    def __init__(self, client: httpx.AsyncClient, who: dict[str, str], settings: Settings, since: Marks) -> None:
        self.client, self._who = client, who
        self._settings, self._since = settings, since

    async def send(self, path: str, body: object, kind: str = "application/json") -> httpx.Response:
        """Post `body`, bytes or what becomes JSON."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return await self.client.post(path, content=content, headers=self._who | {"Content-Type": kind})

    async def published(self) -> list[PaymentReceived]:
        """Return what stands on the topic since the test began."""
        return in_order(await said(self._settings, self._since, PaymentReceived))

    async def places(self) -> set[tuple[bytes | None, tuple[tuple[str, bytes], ...]]]:
        """Return the keys and headers that were published."""
        found = await records(self._settings, self._since, TOPIC.name)
        return {(record.key, tuple(record.headers)) for record in found}


@asynccontextmanager
async def opened(settings: Settings, issuer: Issuer, role: str = "integrator") -> AsyncIterator[Door]:
    """Run intake's door, before which stands somebody in `role`."""
    since = await log_ends(settings)
    async with running(run_door, settings) as client:
        yield Door(client, issuer.bearer("crm", role, "150000"), settings, since)


@pytest.fixture
async def door(settings: Settings, issuer: Issuer) -> AsyncIterator[Door]:
    """Run the door before an integrator."""
    async with opened(settings, issuer) as found:
        yield found


@contextmanager
def silent(servers: Servers) -> Iterator[None]:
    """Have a broker that answers nobody until the context ends."""
    servers.kafka.pause()
    try:
        yield
    finally:
        servers.kafka.resume()


def in_order(events: Iterable[PaymentReceived]) -> list[PaymentReceived]:
    """Return `events` by their ids."""
    return sorted(events, key=lambda event: event.id)


def payments(count: int) -> list[PaymentReceived]:
    """Return new payments, in the order of their ids."""
    return in_order(payment(fresh("payment")) for _ in range(count))


def enveloped(event: PaymentReceived) -> dict[str, Any]:
    """Return a structured CloudEvent: the id and the time are the envelope's, the rest is data."""
    data = bare(event)
    return {
        "specversion": "1.0",
        "type": TOPIC.name,
        "source": "/billing",
        "id": data.pop("id"),
        "time": data.pop("occurred_at"),
        "data": data,
    }


def bare(event: PaymentReceived) -> dict[str, Any]:
    """Return the event as its topic's schema has it."""
    told: dict[str, Any] = msgspec.json.decode(codec.encode(event))
    return told


async def test_each_form_of_a_request_stands_on_the_topic_as_it_was_told(door: Door) -> None:
    events = payments(6)
    answers = [
        await door.send("/events", enveloped(events[0]), SINGLE),
        await door.send("/events", [enveloped(event) for event in events[1:3]], f"{BATCH}; charset=utf-8"),
        await door.send(BARE, bare(events[3])),
        await door.send(BARE, [bare(event) for event in events[4:]]),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (202, {"accepted": count}) for count in (1, 2, 1, 2)
    ]
    assert await door.published() == events
    assert await door.places() == {(NUMBER.encode(), tuple(codec.headers(TOPIC, event))) for event in events}


async def test_one_bad_event_is_named_by_its_place_and_nothing_of_the_batch_is_taken(door: Door) -> None:
    listed = [bare(event) for event in payments(3)]
    listed[1]["amount_fen"] = "much"
    strangers = [enveloped(event) for event in payments(2)]
    strangers[1]["type"] = "keepline.nobody.said.v1"
    for path, body, kind, reason in (
        (BARE, listed, "application/json", "schema"),
        ("/events", strangers, BATCH, "unknown_version"),
    ):
        answer = await door.send(path, body, kind)
        assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
        told = answer.json()
        assert (told["refused"], [(each["index"], each["reason"]) for each in told["errors"]]) == (1, [(1, reason)])
    assert await door.published() == []


async def test_requests_that_are_wrong_as_a_whole_are_refused_and_publish_nothing(door: Door) -> None:
    event = payments(1)[0]
    answers = [
        await door.send("/events", enveloped(event), "application/json"),
        await door.send(BARE, b"{"),
        await door.send("/topics/nowhere/events", bare(event)),
        await door.send(BARE, b" " * (BODY_BYTES_MAX + 1)),
        await door.send(BARE, [bare(event)] * (BATCH_MAX + 1)),
    ]
    assert [answer.status_code for answer in answers] == [400, 422, 404, 413, 413]
    assert {answer.headers["content-type"] for answer in answers} == {PROBLEM}
    assert await door.published() == []


async def test_nobody_but_an_integrator_comes_in(settings: Settings, issuer: Issuer) -> None:
    event = bare(payments(1)[0])
    async with opened(settings, issuer, role="province_admin") as door:
        nobody = await door.client.post(BARE, json=event)
        wrong = await door.send(BARE, event)
        assert (nobody.status_code, wrong.status_code) == (401, 403)
        assert await door.published() == []


async def test_a_broker_that_does_not_acknowledge_is_never_taken_for_one_that_did(
    door: Door, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "ACKNOWLEDGED_S", 1.0)
    assert (await door.send(BARE, bare(payments(1)[0]))).status_code == 202
    with silent(servers):
        answer = await door.send(BARE, bare(payments(1)[0]))
    assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
    assert int(answer.headers["retry-after"]) > 0
    event = payments(1)[0]
    assert (await door.send(BARE, bare(event))).status_code == 202, "the door must recover by itself"
    assert event in await door.published()


async def test_of_two_requests_that_are_too_much_together_one_is_sent_away_at_once(
    door: Door, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "UNDER_WAY_MAX", 3)
    assert (await door.send(BARE, bare(payments(1)[0]))).status_code == 202
    before, events = await door.published(), payments(4)
    halves = events[:2], events[2:]
    with silent(servers):
        both = [asyncio.ensure_future(door.send(BARE, [bare(event) for event in half])) for half in halves]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        [refused] = [place for place, task in enumerate(both) if task.done()]
    answers = await asyncio.gather(*both)
    assert [answers[refused].status_code, answers[1 - refused].status_code] == [429, 202]
    assert int(answers[refused].headers["retry-after"]) > 0
    assert await door.published() == in_order([*before, *halves[1 - refused]])
    assert (await door.send(BARE, [bare(event) for event in halves[refused]])).status_code == 202
    assert await door.published() == in_order([*before, *events])
