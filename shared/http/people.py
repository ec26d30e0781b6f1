"""Who may ask what: a route names its roles, and gets the person or the request ends with 401 or 403."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.http.problems import ForbiddenError, UnauthorizedError
from shared.http.tokens import Person, Tokens

_bearer = HTTPBearer(auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def person_in(*roles: str) -> Callable[..., Awaitable[Person]]:
    """Return the dependency that lets through a person in one of `roles`."""

    async def person(request: Request, credentials: Credentials) -> Person:
        if credentials is None:
            raise UnauthorizedError("a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})
        tokens: Tokens = request.app.state.tokens
        found = await tokens.person(credentials.credentials)
        if found.role not in roles:
            raise ForbiddenError(f"this is for {', '.join(roles)}")
        return found

    return person
