"""An issuer of tokens that tests can ask for anything: a lapsed token, another audience, another's key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local.ports import free_ports
from shared.clock import system_now
from tests.support.running import serving

AUDIENCE = "keepline"
LIFETIME_S = 3_600


class Issuer:
    """Signs tokens as an operator's OIDC issuer does, and serves the keys to check them with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def bearer(self, staff_id: str, role: str, region: str, **claims: Any) -> dict[str, str]:
        """Return the header of a request by this person; `claims` are laid over the usual ones."""
        return {"Authorization": f"Bearer {self.token(staff_id, role, region, **claims)}"}

    def token(self, staff_id: str, role: str, region: str, **claims: Any) -> str:
        """Return a token of this person; a claim given as None is left out."""
        now = int(system_now().timestamp())
        told = {"iss": self.url, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + LIFETIME_S}
        who = {"sub": staff_id, "role": role, "region": region}
        return self.signed({name: value for name, value in (told | who | claims).items() if value is not None})

    def signed(self, claims: dict[str, Any]) -> str:
        """Return `claims` under this issuer's signature."""
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key, algorithms=["ES256"])

    def app(self) -> FastAPI:
        """Return what serves the public key."""
        app = FastAPI()

        @app.get("/jwks")
        async def jwks() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        return app


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """Serve an issuer's keys."""
    [port] = free_ports(1)
    issuer = Issuer(f"http://127.0.0.1:{port}")
    async with serving(issuer.app(), port):
        yield issuer
