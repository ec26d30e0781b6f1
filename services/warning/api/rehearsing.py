"""What an analyst's rule would have done last month, counted over a sample when it is proposed or looked at."""

import asyncio
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from services.warning.domain.analyst.condition import condition
from services.warning.domain.analyst.definition import PREFIX, AnalystRule
from services.warning.domain.analyst.rehearsal import Rehearsal, rehearsed
from services.warning.storage import samples
from shared.clock import monotonic
from shared.db.business_clock import business_now
from shared.policy import PolicyBook, PolicyVersion
from shared.policy_change.change import MistakenError

SAMPLE = 10_000
"""Subscriptions that are looked at, at most."""
PAGE = 100
"""Subscriptions between two of which the process sees to its other work."""
PATIENCE_S = 3.0
"""After so long it is told what was seen so far; the proposal's transaction waits, and may not for more than 5 s."""


class Rehearsing:
    """Asks conditions about what is remembered, as the consumer that remembers it: nothing but counts gets out."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def __call__(self, book: PolicyBook, version: PolicyVersion) -> dict[str, Any] | None:
        """Return what a version of an analyst's rule would have done; None: it is of another policy, or rests.

        Raises:
            MistakenError: last month it was always true, or never, or could not be evaluated.
        """
        if not version.name.startswith(PREFIX):
            return None
        made = book.laid_over(version).resolve(version.name, AnalystRule(), version.scope, version.effective_from).value
        if not made.when:
            return None
        seen = await self._seen(made, version.scope)
        if why := seen.mistake(rare=made.rare):
            raise MistakenError({("fields", "when"): why})
        told: dict[str, Any] = msgspec.to_builtins(seen)
        return told

    async def _seen(self, made: AnalystRule, scope: str) -> Rehearsal:
        asked, seen, deadline = condition(made.when), Rehearsal(), monotonic() + PATIENCE_S
        async with self._engine.connect() as tx:
            now = await business_now(tx)
            async for page in samples.drawn(tx, scope, SAMPLE, PAGE):
                seen = seen.plus(rehearsed(asked, page, now))
                if monotonic() > deadline:
                    break
                await asyncio.sleep(0)
        return seen
