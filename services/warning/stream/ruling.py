"""A batch of facts and their holders through the rules: memories and warnings kept, what is to be said returned."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule, Knowledge, Memory, decide
from services.warning.domain.factors import month_learned_from, regions_around
from services.warning.domain.missed import FactMissed
from services.warning.domain.subscriber import Holder
from services.warning.storage import campaigns, factors, memories, ported_numbers, troubles, warnings
from services.warning.stream.trial import Trial
from shared import log, metrics
from shared.calendar import local_date
from shared.db.policies import Policies
from shared.decision import fold
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.warning_raised import WarningFacts, WarningRaised
from shared.topic import Event, SubscriberEvent, of_kind

logger = log.get(__name__)

Happened = tuple[Holder, SubscriberEvent]
"""A fact about a number, and who held that number then."""


class Ruling:
    """Decides for subscriptions whose locks the transaction holds."""

    def __init__(self, policies: Policies, trial: Trial) -> None:
        self._policies = policies
        self._trial = trial

    async def __call__(self, tx: AsyncConnection, happened: Sequence[Happened]) -> Sequence[Event]:
        """Let every rule that hears them take the facts of `happened`, in their order."""
        heard = {type(event) for _, event in happened}
        rules = [rule for rule in all_rules() if any(issubclass(kind, rule.hears) for kind in heard)]
        if not rules:
            return ()
        before = await memories.load(tx, [holder for holder, _ in happened], rules)
        return await self._fold(tx, rules, before, happened)

    async def catch_up(self, tx: AsyncConnection, rule: AnyRule, happened: Sequence[Happened]) -> Sequence[Event]:
        """Let `rule` alone take facts that it missed."""
        before = await memories.load(tx, [holder for holder, _ in happened], [rule])
        return await self._fold(tx, [rule], before, happened)

    async def _fold(
        self,
        tx: AsyncConnection,
        rules: Sequence[AnyRule],
        before: dict[str, Memory],
        happened: Sequence[Happened],
    ) -> Sequence[Event]:
        knowledge = await self._knowledge(tx, rules, happened)
        facts = [(holder.subscription_id, event) for holder, event in happened]
        folded = fold(partial(decide, knowledge), before, facts)
        await memories.save(tx, before, folded.memories)
        await _put_aside(tx, of_kind(FactMissed, folded.events))
        said = [event for event in folded.events if not isinstance(event, FactMissed)]
        raised = [event for event in said if isinstance(event, WarningFacts)]
        await warnings.record(tx, raised)
        _count(raised)
        return said

    async def _knowledge(
        self, tx: AsyncConnection, rules: Sequence[AnyRule], happened: Sequence[Happened]
    ) -> Knowledge:
        events = [event for _, event in happened]
        days = [local_date(event.occurred_at) for event in events]
        months = {month_learned_from(event.occurred_at) for event in events}
        regions = {around for holder, _ in happened for around in regions_around(holder.region)}
        return Knowledge(
            rules=self._trial.watched(rules),
            policy=self._policies.book,
            ported=await ported_numbers.of(tx, _named(events)),
            campaigns=await campaigns.between(tx, min(days), max(days)),
            factors=await factors.of(tx, months, regions),
            quarantined=await troubles.quarantined(tx, rules),
        )


async def _put_aside(tx: AsyncConnection, missed: Sequence[FactMissed]) -> None:
    """Keep what rules missed, and count against each rule the facts that it failed on."""
    await troubles.keep(tx, missed)
    failures = Counter((each.rule_id, each.rule_version) for each in missed if each.error)
    errors = {each.rule_id: each.error for each in missed if each.error}
    for (rule_id, version), count in sorted(failures.items()):
        logger.error("a rule failed", rule=rule_id, version=version, facts=count, error=errors[rule_id])
        metrics.RULE_FAILURES.labels(rule_id).inc(count)
        await troubles.failed(tx, (rule_id, version), count, errors[rule_id] or "")


def _named(events: Sequence[SubscriberEvent]) -> list[str]:
    return [event.forwarded_to for event in events if isinstance(event, ForwardingChanged) and event.forwarded_to]


def _count(raised: Sequence[WarningFacts]) -> None:
    for warning in raised:
        population = warning.population if isinstance(warning, WarningRaised) else "none"
        metrics.WARNINGS.labels(warning.rule_id, population).inc()
