"""A rule that was mended or released takes what it missed, in small transactions, and goes on from there."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule
from services.warning.storage import holders, troubles
from services.warning.stream.ruling import Ruling
from shared import metrics
from shared.db import outbox
from shared.db.business_clock import business_now
from shared.steady import Steadily

LIMIT = 50
"""Subscriptions that one transaction takes; each brings all that was missed of it."""
LOOK_S = 2.0


class CatchUp(Steadily):
    """Looks for facts that wait for a rule which may take them."""

    def __init__(self, engine: AsyncEngine, ruling: Ruling, committed: Callable[[], None]) -> None:
        self._engine = engine
        self._ruling = ruling
        self._committed = committed
        super().__init__(self._look, LOOK_S)

    async def _look(self) -> None:
        async with self._engine.connect() as tx:
            aside = await troubles.quarantined(tx)
            missed = await troubles.missed_by_rule(tx)
            rules = (*all_rules(), *self._ruling.analysts().written(await business_now(tx)))
        for rule in rules:
            quarantined = (rule.id, rule.version) in aside
            metrics.RULE_QUARANTINED.labels(rule.id).set(quarantined)
            metrics.FACTS_MISSED.labels(rule.id).set(missed.get(rule.id, 0))
            while rule.id in missed and not quarantined and await self._take(rule):
                self._committed()

    async def _take(self, rule: AnyRule) -> bool:
        """Do one transaction's worth; return False when nothing waits that this version has not tried."""
        async with self._engine.begin() as tx:
            waiting = await troubles.waiting(tx, rule, LIMIT)
            held = {each.holder.subscription_id: each.holder for each in await holders.of_subscriptions(tx, waiting)}
            facts = await troubles.take(tx, rule, waiting)
            if not facts:
                return False
            await outbox.put(tx, await self._ruling.catch_up(tx, rule, [(held[id_], event) for id_, event in facts]))
            return True
