"""A step done again and again, at once when woken and else at a slow pace; an outage is waited out, a bug is not."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn

from shared import log
from shared.failures import transient

logger = log.get(__name__)


class Steadily:
    """Does `step` every `every_s` seconds, and sooner when woken."""

    def __init__(self, step: Callable[[], Awaitable[None]], every_s: float) -> None:
        self._step = step
        self._every_s = every_s
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Ask for the step now."""
        self._awake.set()

    def hush(self) -> None:
        """Forget having been woken: what is looked at from now on is fresh."""
        self._awake.clear()

    async def run(self) -> NoReturn:
        """Go on until cancelled."""
        while True:
            self.hush()
            try:
                await self._step()
            except Exception as error:
                if not transient(error):
                    raise
                logger.warning("waiting for an outage to end", error=repr(error)[:300])
            await self.rest()

    async def rest(self) -> None:
        """Wait until woken, at most `every_s`."""
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with a wake.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._every_s):
                await self._awake.wait()
