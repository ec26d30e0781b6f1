"""A batch of facts and their holders through the rules: memories and warnings kept, what is to be said returned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.analyst.features import heard_kinds
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule, Memory, decide
from services.warning.domain.missed import FactMissed
from services.warning.storage import memories, troubles, warnings
from services.warning.stream.knowing import Happened, knowledge
from services.warning.stream.shadows import Asking, Batch, Shadows
from services.warning.stream.trial import Trial
from shared import log, metrics
from shared.db.business_clock import business_now
from shared.db.policies import Policies
from shared.decision import fold
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.policy import PolicyBook
from shared.topic import Event, of_kind

logger = log.get(__name__)

Asked = tuple[Sequence[AnyRule], Asking | None]
"""Our own rules, and those of analysts; None: these are not asked."""


class Ruling:
    """Decides for subscriptions whose locks the transaction holds."""

    def __init__(self, policies: Policies, trial: Trial, shadows: Shadows) -> None:
        self._policies = policies
        self._trial = trial
        self._shadows = shadows
        self._analysts = Analysts(PolicyBook())

    def analysts(self) -> Analysts:
        """Return the analysts' rules of the policy book as it is known now."""
        if self._analysts.book is not self._policies.book:
            self._analysts = Analysts(self._policies.book, self._watched)
        return self._analysts

    def _watched(self, rule: AnyRule) -> AnyRule:
        (watched,) = self._trial.watched([rule])
        return watched

    async def __call__(self, tx: AsyncConnection, happened: Sequence[Happened]) -> Sequence[Event]:
        """Let every rule that hears them take the facts of `happened`, in their order."""
        heard = {type(event) for _, event in happened}
        rules = [rule for rule in all_rules() if any(issubclass(kind, rule.hears) for kind in heard)]
        if not rules and not any(issubclass(kind, heard_kinds()) for kind in heard):
            return ()
        remembering = [*rules, *self.analysts().written(happened[0][1].occurred_at)]
        before = await memories.load(tx, [holder for holder, _ in happened], remembering)
        return await self._fold(tx, (rules, attrgetter("standing")), before, happened)

    async def catch_up(self, tx: AsyncConnection, rule: AnyRule, happened: Sequence[Happened]) -> Sequence[Event]:
        """Let `rule` alone take facts that it missed."""
        before = await memories.load(tx, [holder for holder, _ in happened], [rule])
        return await self._fold(tx, await self._alone(tx, rule), before, happened)

    async def _alone(self, tx: AsyncConnection, rule: AnyRule) -> Asked:
        """Return `rule` to be asked alone; an analyst's, as it is now: its text of then is the one that failed."""
        if rule.id not in self.analysts().names():
            return [rule], None
        now = await business_now(tx)
        return [], lambda analysts: lambda region, _: analysts.alone(rule.id, region, now)

    async def _fold(
        self,
        tx: AsyncConnection,
        asked: Asked,
        before: dict[str, Memory],
        happened: Sequence[Happened],
    ) -> Sequence[Event]:
        rules, asking = asked
        known = await knowledge(tx, rules, happened, self._policies.book)
        knowing = replace(known, rules=self._trial.watched(rules), analysts=asking and asking(self.analysts()))
        facts = [(holder.subscription_id, event) for holder, event in happened]
        folded = fold(partial(decide, knowing), before, facts)
        await memories.save(tx, before, folded.memories)
        await _put_aside(tx, of_kind(FactMissed, folded.events))
        said = [event for event in folded.events if not isinstance(event, FactMissed)]
        raised = [event for event in said if isinstance(event, WarningFacts)]
        await warnings.record(tx, raised)
        _count(raised)
        await self._shadows.follow(tx, Batch(known, before, happened, said, asking))
        return said


async def _put_aside(tx: AsyncConnection, missed: Sequence[FactMissed]) -> None:
    """Keep what rules missed, and count against each rule the facts that it failed on."""
    await troubles.keep(tx, missed)
    failures = Counter((each.rule_id, each.rule_version) for each in missed if each.error)
    errors = {each.rule_id: each.error for each in missed if each.error}
    for (rule_id, version), count in sorted(failures.items()):
        logger.error("a rule failed", rule=rule_id, version=version, facts=count, error=errors[rule_id])
        metrics.RULE_FAILURES.labels(rule_id).inc(count)
        await troubles.failed(tx, (rule_id, version), count, errors[rule_id] or "")


def _count(raised: Sequence[WarningFacts]) -> None:
    for warning in raised:
        population = warning.population if isinstance(warning, WarningRaised) else "none"
        metrics.WARNINGS.labels(warning.rule_id, population).inc()
