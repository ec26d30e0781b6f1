"""The call centre, played over the public HTTP API: reps who claim, card in hand, offer, and report results."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from services.intake.domain.simulator import talk
from services.intake.domain.simulator.script import Script
from services.intake.domain.simulator.staff import ADMIN
from services.intake.domain.simulator.talk import Said
from services.intake.stream.requests import RETRY_S, Client
from shared.roles import REPS

CARD_TRIES = 100
ITEMS_A_DAY = 6
"""What one person works in a day."""


class CallCentre:
    """Everybody who works items, one after the other, so that the same day always goes the same way."""

    def __init__(
        self, http: httpx.AsyncClient, addresses: Mapping[str, str], script: Script, write: Callable[[], None]
    ) -> None:
        self._addresses = addresses
        self._script = script
        self._admin = Client(http, addresses["issuer"], ADMIN)
        self._reps = [
            (person, Client(http, addresses["issuer"], person.staff_id))
            for person in script.people()
            if person.role in REPS
        ]
        self._write = write

    async def work(self) -> None:
        """Let everybody work until nothing waits for them or their day is full."""
        if not self._reps or not await self._anything_open():
            return
        for person, client in self._reps:
            handled = self._script.scene.handled.setdefault(person.staff_id, [])
            while len(handled) < ITEMS_A_DAY and await self._next(client, handled):
                pass

    async def _anything_open(self) -> bool:
        answer = await self._admin.get(f"{self._addresses['dispatch']}/work-items?limit=1")
        return bool(answer.raise_for_status().json()["items"])

    async def _next(self, client: Client, handled: list[str]) -> bool:
        answer = await client.post(f"{self._addresses['dispatch']}/work-items/next")
        if answer.status_code == 204:
            return False
        lease = answer.raise_for_status().json()
        card = await self._card(client, lease)
        truth = self._script.truth(card["item"]["customer_id"])
        said = talk.call(self._script.scene, truth, lease["item"]["work_item_id"], card["item"]["attempts"] + 1)
        # Written down before it is reported: a simulator killed in between will report the same again.
        self._note(lease, said, handled)
        offers = [await self._offer(client, lease, card, said)] if said.reached and card["offers"] else []
        await self._report(client, lease, said, [offer for offer in offers if offer])
        return True

    async def _card(self, client: Client, lease: dict[str, Any]) -> dict[str, Any]:
        """Return the card; while the offers service is being restarted, look again."""
        for _ in range(CARD_TRIES):
            card: dict[str, Any] = (await client.get(self._item(lease, "card"))).raise_for_status().json()
            if card["offers"] is not None:
                return card
            await asyncio.sleep(RETRY_S)
        raise TimeoutError(f"the card came {CARD_TRIES} times without offers: {card['offers_missing']}")

    def _note(self, lease: dict[str, Any], said: Said, handled: list[str]) -> None:
        item, scene = lease["item"], self._script.scene
        if item["work_item_id"] not in handled:
            handled.append(item["work_item_id"])
        if said.outcome == "retained":
            scene.persuaded.setdefault(item["customer_id"], scene.today)
        self._write()

    async def _offer(self, client: Client, lease: dict[str, Any], card: dict[str, Any], said: Said) -> str | None:
        """Offer the first package; return the offer's id, or None where another one is open already."""
        item = lease["item"]
        body = {"work_item_id": item["work_item_id"], "package_id": card["offers"][0]["package_id"]}
        key = f"{item['work_item_id']}-{item['attempts']}"
        url = f"{self._addresses['offers']}/offers"
        issued = await client.post(url, body, f"issue-{key}")
        if issued.status_code in (404, 409):
            return None
        offer_id: str = issued.raise_for_status().json()["offer_id"]
        step = "accept" if said.accepts else "decline"
        (await client.post(f"{url}/{offer_id}/{step}", None, f"{step}-{key}")).raise_for_status()
        return offer_id

    async def _report(self, client: Client, lease: dict[str, Any], said: Said, offers: list[str]) -> None:
        item = lease["item"]
        body = {
            "token": lease["token"],
            "reached": said.reached,
            "outcome": said.outcome,
            "judged_reason": said.judged_reason,
            "means": ["tariff"] if offers else ["service"] if said.reached else [],
            "offers": offers,
        }
        key = f"result-{item['work_item_id']}-{item['attempts']}"
        (await client.post(self._item(lease, "result"), body, key)).raise_for_status()

    def _item(self, lease: dict[str, Any], what: str) -> str:
        return f"{self._addresses['dispatch']}/work-items/{lease['item']['work_item_id']}/{what}"
