"""The running services as one person asks them, over HTTP, with a token of the development issuer."""

from typing import Any

import httpx

from deploy.roster import histories
from shared.clock import fresh_id
from shared.settings import Settings

HTTP_S = 30.0


class PolicyError(Exception):
    """What was asked cannot be done, and why."""


class Services:
    """The services, as one person sees them."""

    def __init__(self, who: str) -> None:
        settings = Settings()
        self._addresses = settings.addresses
        self._http = httpx.Client(timeout=HTTP_S)
        self._http.headers["Authorization"] = f"Bearer {self._token(settings.issuer, who)}"

    @property
    def names(self) -> list[str]:
        """Return the services whose addresses are known."""
        known = [name for name in histories() if name in self._addresses]
        if not known:
            raise PolicyError("KEEPLINE_ADDRESSES names no service: where does the platform run?")
        return known

    def get(self, service: str, path: str, **asked: str | None) -> Any:
        """Return what a service answers; what is None is not asked."""
        told = {name: value for name, value in asked.items() if value is not None}
        return self._answer("GET", self._url(service, path), params=told)

    def post(self, service: str, path: str, body: dict[str, Any] | None) -> Any:
        """Write, once: a lost answer is not asked again."""
        return self._answer("POST", self._url(service, path), json=body, headers={"Idempotency-Key": fresh_id()})

    def _url(self, service: str, path: str) -> str:
        if service not in self._addresses:
            raise PolicyError(f"there is no service {service!r}: a name begins with one of {', '.join(self.names)}")
        return f"{self._addresses[service]}/policies{path}"

    def _token(self, issuer: str, who: str) -> str:
        given: dict[str, str] = self._answer("POST", f"{issuer}/token", json={"staff_id": who})
        return given["access_token"]

    def _answer(self, method: str, url: str, **asked: Any) -> Any:
        try:
            answer = self._http.request(method, url, **asked)
        except httpx.HTTPError as error:
            raise PolicyError(f"could not ask {url}: {error}. Is the platform up (`./keepline status`)?") from error
        if answer.is_error:
            raise PolicyError(_problem(answer))
        return answer.json()


def _problem(answer: httpx.Response) -> str:
    """Return a problem as people read it: each mistake with its place."""
    try:
        told = answer.json()
    except ValueError:
        return f"{answer.request.url} answered {answer.status_code}"
    mistakes = [f"  {'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in told.get("errors", ())]
    said = "" if mistakes else f": {told.get('detail', '')}"
    return "\n".join([f"{answer.status_code} {told.get('title')}{said}", *mistakes])
