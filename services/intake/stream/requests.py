"""HTTP as a patient client does it: a service that is being restarted is asked again, with the same key."""

import asyncio
from typing import Any

import httpx

RETRY_S = 0.2
TRIES = 300
AGAIN = (502, 503, 504)


class Client:
    """One person's client: asks with that person's token."""

    def __init__(self, http: httpx.AsyncClient, issuer: str, staff_id: str) -> None:
        self._http = http
        self._issuer = issuer
        self._staff_id = staff_id
        self._token: str | None = None

    async def get(self, url: str) -> httpx.Response:
        """Ask for `url`."""
        return await self._patiently("GET", url, None, None)

    async def post(self, url: str, body: Any = None, key: str | None = None) -> httpx.Response:
        """Post `body` under an Idempotency-Key."""
        return await self._patiently("POST", url, body, key)

    async def put(self, url: str, body: Any) -> httpx.Response:
        """Put `body`."""
        return await self._patiently("PUT", url, body, None)

    async def _patiently(self, method: str, url: str, body: Any, key: str | None) -> httpx.Response:
        for _ in range(TRIES):
            try:
                answer = await self._http.request(method, url, json=body, headers=await self._headers(key))
            except httpx.TransportError:
                await asyncio.sleep(RETRY_S)
                continue
            if answer.status_code == 401:
                self._token = None
            if answer.status_code not in (*AGAIN, 401):
                return answer
            await asyncio.sleep(RETRY_S)
        raise TimeoutError(f"could not {method} {url}: no answer in {TRIES} tries")

    async def _headers(self, key: str | None) -> dict[str, str]:
        if self._token is None:
            answer = await self._http.post(f"{self._issuer}/token", json={"staff_id": self._staff_id})
            self._token = answer.raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {self._token}"} | ({"Idempotency-Key": key} if key else {})
