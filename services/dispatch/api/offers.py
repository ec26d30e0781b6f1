"""The allowed packages on the card, asked of the offers service with the asker's own token."""

from typing import Any

import httpx

PATIENCE_S = 2.0
"""A card without offers is better than no card."""


class OffersClient:
    """Asks the offers service; None as its address means that there is none here."""

    def __init__(self, url: str | None) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) if url else None

    async def allowed(self, customer_id: str, authorization: str) -> tuple[list[dict[str, Any]] | None, str | None]:
        """Return the packages for a customer, best first; else None and why they are missing."""
        if self._client is None:
            return None, "no offers service is configured"
        try:
            answer = await self._client.get(
                f"/customers/{customer_id}/packages", headers={"Authorization": authorization}
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            return None, f"the offers service did not answer: {type(error).__name__}"
        packages: list[dict[str, Any]] = answer.json()["packages"]
        return packages, None

    async def close(self) -> None:
        """Let go of connections."""
        if self._client:
            await self._client.aclose()
