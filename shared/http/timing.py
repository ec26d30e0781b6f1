"""Measures each request where ASGI begins, so that streams are not buffered on the way."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import metrics
from shared.clock import monotonic


class Timing:
    """Observes how long a request took to its response's start, by route and status."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request through."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = monotonic()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                labels = (self._service, route, str(message["status"]))
                metrics.REQUESTS_SECONDS.labels(*labels).observe(monotonic() - started)
            await send(message)

        await self._app(scope, receive, observed)
        return None
