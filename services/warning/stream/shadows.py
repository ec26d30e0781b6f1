"""Proposals in shadow on live facts: in the transaction of the real decision, and without any say in it.

A shadow decides in a savepoint of its own. Whatever goes wrong in it is rolled back to there and ends it, with the
reason in its row; the real decision, which was made before, is committed as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.warning.domain.analyst.features import heard_kinds
from services.warning.domain.analyst.rules import Analysts, AnalystsRule
from services.warning.domain.catalogue import all_rules
from services.warning.domain.day_came import DayCame, day_came
from services.warning.domain.decide import AnyRule, Knowledge, Memory, Standing, decide
from services.warning.domain.shadow import Shadow, begun, unfailed
from services.warning.storage import holders, memories, shadows
from services.warning.stream.knowing import Happened, knowledge
from services.warning.stream.trial import Trial
from shared import log
from shared.db.policies import Policies
from shared.decision import fold
from shared.events.warning_raised import WarningFacts
from shared.policy import PolicyBook
from shared.steady import Steadily
from shared.topic import Event, of_kind

logger = log.get(__name__)

LOOK_S = 2.0
ERROR_MAX = 500

Asking = Callable[[Analysts], Standing]
"""Which of the analysts' rules of a book are asked."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a shadow decides."""

    knowledge: Knowledge
    before: Mapping[str, Memory]
    """The real memories before the batch."""
    happened: Sequence[Happened]
    said: Sequence[Event]
    """What was said in earnest."""
    asking: Asking | None = None
    """None: no analyst's rule is asked."""

    def reached(self, shadow: Shadow) -> "Batch":
        """Return the part in which `shadow` may have another word."""
        rules = [rule for rule in self.knowledge.rules if shadow.changes(rule)]
        heard = {kind for rule in rules for kind in rule.hears}
        if self.asking and shadow.asks_analysts:
            # A condition's sentences may name what it does not hear.
            heard |= {*heard_kinds()}
        happened = [each for each in self.happened if isinstance(each[1], tuple(heard)) and shadow.reaches(each[0])]
        return replace(self, knowledge=replace(self.knowledge, rules=rules), happened=happened)


class Shadows(Steadily):
    """The shadows that run, looked for every two seconds."""

    def __init__(self, engine: AsyncEngine, live: Policies, trial: Trial) -> None:
        self._engine = engine
        self._live = live
        self._trial = trial
        self._running: list[Shadow] = []
        self._analysts: dict[int, tuple[PolicyBook, Analysts]] = {}
        """By proposal: the live book, and the analysts' rules of that book under the proposal."""
        super().__init__(self.refresh, LOOK_S)

    async def refresh(self) -> None:
        """Take up what was started, and drop what was ended."""
        async with self._engine.begin() as tx:
            await shadows.forget_ended(tx)
            self._running = await shadows.running(tx)
        running = {each.proposal_id for each in self._running}
        self._analysts = {number: made for number, made in self._analysts.items() if number in running}

    async def follow(self, tx: AsyncConnection, batch: Batch) -> None:
        """Let every shadow decide what was just decided in earnest."""
        for shadow in self._running:
            part = batch.reached(shadow)
            if part.happened:
                await self._unharmed(tx, shadow, part)

    async def day_came(self, tx: AsyncConnection, day: date, limit: int) -> Sequence[Event] | None:
        """Tell at most `limit` subscriptions that wait for `day` in a shadow alone; None: none does any more."""
        for shadow in self._running:
            due = await shadows.due(tx, shadow, day, limit)
            if due:
                await self._tell(tx, shadow, day, due)
                return ()
        return None

    async def _tell(self, tx: AsyncConnection, shadow: Shadow, day: date, due: Sequence[str]) -> None:
        periods = await holders.of_subscriptions(tx, due)
        happened = [(period.holder, day_came(period.holder, day)) for period in periods]
        going_on: list[Happened] = [
            each for each, period in zip(happened, periods, strict=True) if period.meets(each[1].occurred_at)
        ]
        await shadows.rest(tx, shadow, set(due) - {holder.subscription_id for holder, _ in going_on})
        rules = [rule for rule in all_rules() if shadow.changes(rule) and DayCame in rule.hears]
        if going_on:
            before = await memories.load(tx, [holder for holder, _ in going_on], rules)
            known = await knowledge(tx, rules, going_on, self._live.book)
            await self._unharmed(tx, shadow, Batch(known, before, going_on, ()))

    async def _unharmed(self, tx: AsyncConnection, shadow: Shadow, batch: Batch) -> None:
        """Let one shadow decide; if it fails, that is its end, and nobody else's."""
        try:
            async with tx.begin_nested():
                await self._decide(tx, shadow, batch)
        except Exception as error:  # noqa: BLE001 - a shadow's trouble is the shadow's alone
            why = f"{type(error).__name__}: {error}"[:ERROR_MAX]
            logger.warning("a shadow failed and was ended", proposal=shadow.proposal_id, error=why)
            await shadows.end(tx, shadow.proposal_id, why)
            self._running = [each for each in self._running if each is not shadow]

    async def _decide(self, tx: AsyncConnection, shadow: Shadow, batch: Batch) -> None:
        analysts = self._analysts_under(shadow)
        knowing = self._knowing(shadow, batch, analysts)
        written = analysts.written(batch.happened[0][1].occurred_at) if batch.asking else []
        rules: Sequence[AnyRule] = [*knowing.rules, *written]
        facts = [(holder.subscription_id, event) for holder, event in batch.happened]
        kept = await shadows.load(tx, shadow, sorted({who for who, _ in facts}), rules)
        before = {who: begun(batch.before[who], kept[who], rules) for who in kept}
        folded = fold(partial(decide, knowing), before, facts)
        said = unfailed(folded.events)
        await shadows.save(tx, shadow, kept, folded.memories)
        ids = {rule.id for rule in rules}
        live = [each for each in of_kind(WarningFacts, batch.said) if each.rule_id in ids]
        reached = [each for each in live if each.subscription_id in kept]
        await shadows.record(tx, shadow, reached, of_kind(WarningFacts, said))

    def _knowing(self, shadow: Shadow, batch: Batch, analysts: Analysts) -> Knowledge:
        """Return what is known in earnest, but for what `shadow` would have in force."""
        rules = self._trial.watched(batch.knowledge.rules, shadow.proposal_id)
        standing = batch.asking(analysts) if batch.asking else None
        return replace(batch.knowledge, rules=rules, policy=analysts.book, analysts=standing)

    def _analysts_under(self, shadow: Shadow) -> Analysts:
        """Return the analysts' rules under a proposal, made once for each state of the live book."""
        live, made = self._analysts.get(shadow.proposal_id, (None, None))
        if made is None or live is not self._live.book:
            made = Analysts(shadow.laid_over(self._live.book), partial(self._watched, shadow.proposal_id))
            self._analysts[shadow.proposal_id] = (self._live.book, made)
        return made

    def _watched(self, proposal_id: int, rule: AnalystsRule) -> AnalystsRule:
        (watched,) = self._trial.watched([rule], proposal_id)
        return watched
