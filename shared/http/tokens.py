"""Bearer tokens: a JWT of the operator's OIDC issuer says who asks, in which role and for which region."""

import asyncio
from dataclasses import dataclass
from typing import Any, get_args

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.clock import monotonic
from shared.events.staff_recorded import Role
from shared.http.problems import UnauthorizedError, UnavailableError
from shared.settings import Settings

ALGORITHMS = ["ES256", "RS256"]
REFETCH_S = 30.0
"""An unknown key makes us ask the issuer again, at most so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whoever bears the token."""

    staff_id: str
    role: str
    region: str
    """Region path; the person sees this division and what lies below it."""

    def claims(self) -> dict[str, str]:
        """Return what row-level security sees."""
        return {"staff": self.staff_id, "role": self.role, "region": self.region}


class Tokens:
    """Believes the tokens of one issuer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        self._registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
            leeway=5,
        )

    async def person(self, token: str) -> Person:
        """Return who bears `token`.

        Raises:
            UnauthorizedError: it is not the issuer's, not for us, expired, or says nothing of role and region.
            UnavailableError: the issuer's keys could not be read.
        """
        claims = await self._believed(token)
        if claims.get("development") and self._settings.environment == "production":
            raise UnauthorizedError("production does not believe the development issuer")
        role, region = claims.get("role"), claims.get("region")
        if role not in get_args(Role) or not isinstance(region, str) or not region:
            raise UnauthorizedError("the token names no role and region that Keepline knows")
        return Person(staff_id=str(claims["sub"]), role=str(role), region=region)

    async def _believed(self, token: str) -> dict[str, Any]:
        for again in (False, True):
            try:
                decoded = jwt.decode(token, await self._key_set(again), algorithms=ALGORITHMS)
                self._registry.validate(decoded.claims)
                return decoded.claims
            except (JoseError, ValueError) as error:
                failure = error
        raise UnauthorizedError("the token cannot be believed") from failure

    async def _key_set(self, again: bool) -> KeySet:
        async with self._asking:
            if self._keys is None or (again and monotonic() - self._asked_at > REFETCH_S):
                self._asked_at = monotonic()
                self._keys = await self._fetched()
            return self._keys

    async def _fetched(self) -> KeySet:
        try:
            async with httpx.AsyncClient(timeout=5.0) as client:
                answer = await client.get(f"{self._settings.issuer}/jwks")
                return KeySet.import_key_set(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError("the issuer's keys could not be read", headers={"Retry-After": "5"}) from error
