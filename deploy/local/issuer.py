"""A development issuer: it signs tokens for seeded users, for anybody who asks. Production does not believe it.

`python -m deploy.local.issuer USERS` serves `/jwks`, `/users` and `/token` on KEEPLINE_HTTP_PORT.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import BaseModel

from shared.clock import system_now
from shared.http import problems
from shared.http.problems import NotFoundError
from shared.settings import Settings

LIFETIME_S = 12 * 3600


class User(BaseModel):
    """A seeded user."""

    staff_id: str
    name: str
    role: str
    region: str


class TokenAsked(BaseModel):
    """Whose token is wanted."""

    staff_id: str


class TokenGiven(BaseModel):
    """A bearer token, as OAuth's token endpoint answers."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int = LIFETIME_S


def new_issuer(users: Path, settings: Settings) -> FastAPI:
    """Return the issuer; `users` is read at each request, so that a simulator may write it later."""
    app = FastAPI(title="Keepline development issuer", docs_url=None, redoc_url=None)
    problems.install(app)
    key = ECKey.generate_key("P-256", auto_kid=True)

    @app.get("/jwks")
    async def jwks() -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False)]}

    @app.get("/users")
    async def listed() -> list[User]:
        return _read(users)

    @app.post("/token")
    async def token(asked: TokenAsked) -> TokenGiven:
        user = next((user for user in _read(users) if user.staff_id == asked.staff_id), None)
        if user is None:
            raise NotFoundError("no such seeded user")
        header = {"alg": "ES256", "kid": key.kid}
        return TokenGiven(access_token=jwt.encode(header, _claims(user, settings), key, algorithms=["ES256"]))

    return app


def _claims(user: User, settings: Settings) -> dict[str, Any]:
    now = int(system_now().timestamp())
    times = {"iat": now, "nbf": now, "exp": now + LIFETIME_S}
    who = {"sub": user.staff_id, "role": user.role, "region": user.region, "development": True}
    return {"iss": settings.issuer, "aud": settings.audience} | times | who


def _read(users: Path) -> list[User]:
    if not users.exists():
        return []
    return [User(**fields) for fields in msgspec.json.decode(users.read_bytes())]


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    app = new_issuer(Path(sys.argv[1]), settings)
    uvicorn.run(app, host=settings.http_host, port=settings.http_port, log_level="warning")


if __name__ == "__main__":
    main()
