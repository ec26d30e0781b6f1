"""Which rule is at work, and for whom: when its step hangs, the watchdog writes that down with its last breath."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from msgspec import Struct

from services.warning.domain.decide import AnyRule
from services.warning.domain.rule import Heard, Outcome
from services.warning.storage import shadows, troubles
from shared.db.engine import connect
from shared.settings import Settings

WORDS_S = 5.0
WORDS = "its step did not come back, and the watchdog ended the process"


class Trial:
    """Rules on trial: while one takes its step, its name is known to other threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._at_work: tuple[AnyRule, int | None] | None = None

    def watched(self, rules: Sequence[AnyRule], shadow: int | None = None) -> list[AnyRule]:
        """Return `rules` whose steps say that they are at work; `shadow` is the proposal that they work for.

        None: they work in earnest.
        """
        return [replace(rule, step=self._step_of(rule, shadow)) for rule in rules]

    def _step_of(self, rule: AnyRule, shadow: int | None) -> Any:
        def step(memory: Struct, heard: Heard[Any], limits: Struct) -> tuple[Struct, tuple[Outcome, ...]]:
            self._at_work = (rule, shadow)
            try:
                taken: tuple[Struct, tuple[Outcome, ...]] = rule.step(memory, heard, limits)
                return taken
            finally:
                self._at_work = None

        return step

    def last_words(self) -> None:
        """Write down which rule hangs, if one does; called from the watchdog's thread, with a loop of its own."""
        if at_work := self._at_work:
            asyncio.run(self._write(*at_work))

    async def _write(self, rule: AnyRule, shadow: int | None) -> None:
        engine = connect(self._settings.database_url, "warning", "warning_stream", pool_size=1)
        async with asyncio.timeout(WORDS_S), engine.begin() as tx:
            if shadow is None:
                await troubles.hung(tx, (rule.id, rule.version), WORDS)
            else:
                await shadows.end(tx, shadow, f"rule {rule.id}: {WORDS}")
