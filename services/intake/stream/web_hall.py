"""The web hall, played over the public HTTP API: members turn points into airtime."""

from collections.abc import Mapping

import httpx

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.world import World
from services.intake.stream.requests import Client

REDEEMERS_SHARE = 0.002
"""Of the base, on any day."""
TIERS = (5_000, 3_000, 2_000, 1_500, 1_000)


class WebHall:
    """Members who come to redeem."""

    def __init__(self, http: httpx.AsyncClient, addresses: Mapping[str, str]) -> None:
        self._url = f"{addresses['points']}/members"
        self._client = Client(http, addresses["issuer"], "web-hall")

    async def serve(self, world: World) -> None:
        """Serve everybody who comes today."""
        for index in range(world.plan.subscribers):
            if luck.draw(world.plan.seed, "redeems", index, world.day) < REDEEMERS_SHARE:
                await self._serve(world, index)

    async def _serve(self, world: World, index: int) -> None:
        who = world.who(index)
        balance = await self._client.get(f"{self._url}/{who.customer_id}/balance")
        if balance.status_code == 404:
            return
        points = balance.raise_for_status().json()["points"]
        tier = next((tier for tier in TIERS if tier <= points), None)
        if tier:
            key = f"redeem-{world.day}-{index}"
            asked = await self._client.post(f"{self._url}/{who.customer_id}/redemptions", {"points": tier}, key)
            asked.raise_for_status()
