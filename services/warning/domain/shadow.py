"""A proposal in shadow: decided on live facts beside what is in force, with memories of its own, for nobody to act on.

What it remembers of a subscription begins as a copy of the real memory of the rules that it may change, taken at the
first fact that it sees. So it knows what the rules know; what it would have remembered before it began, it does not.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule, Memory
from services.warning.domain.missed import FactMissed
from services.warning.domain.policies import OF_EVERY_RULE, defaults_with, following, follows, made_by_people
from services.warning.domain.subscriber import Holder
from shared.policy import PolicyBook, holds
from shared.policy_change.change import Change
from shared.policy_change.what_if import what_if
from shared.topic import Event

SHADOWS_MAX = 3
"""So many run at once: each decides once more what the rules that it may change hear."""


class ShadowFailedError(Exception):
    """A rule failed under a proposal, and how."""


class Shadow(Struct, frozen=True, kw_only=True):
    """A proposal that runs in shadow."""

    proposal_id: int
    name: str
    scope: str
    fields: dict[str, Any]
    unset: tuple[str, ...]

    @property
    def change(self) -> Change:
        """Return what is tried, from the beginning on: facts of yesterday may still come."""
        return Change(name=self.name, scope=self.scope, fields=self.fields, unset=self.unset, why="in shadow")

    def changes(self, rule: AnyRule) -> bool:
        """Tell whether a rule may say something else under the proposal."""
        return follows(rule.id, self.name)

    def laid_over(self, book: PolicyBook) -> PolicyBook:
        """Return `book` under the proposal, with those rules of analysts alone that it may change.

        Raises:
            MistakenError: what was right when it was proposed no longer is.
        """
        return following(what_if(defaults_with([self.name]), book, [self.change]), [self.name])

    @property
    def asks_analysts(self) -> bool:
        """Tell whether some analyst's rule may say something else under the proposal."""
        return self.name in OF_EVERY_RULE or made_by_people(self.name)

    def reaches(self, holder: Holder) -> bool:
        """Tell whether something else may be said of a subscription."""
        return holds(self.scope, holder.region)


class Kept(Struct, frozen=True):
    """What a shadow remembers of one subscription, by rule."""

    rules: dict[str, Any] = {}
    due: dict[str, date | None] = {}


def can_be_shadowed(name: str) -> bool:
    """Tell whether rules follow policy `name`: the sieve's is none of theirs."""
    return made_by_people(name) or any(follows(rule.id, name) for rule in all_rules())


def begun(live: Memory, kept: Kept, rules: Sequence[AnyRule]) -> Memory:
    """Return the memory that a shadow decides with: its own where it has one, else a copy of the real one.

    Bills and what the journal keeps are facts whatever the policy, and a rule that is behind in earnest is behind in
    shadow.
    """
    ids = [rule.id for rule in rules]
    own = {id_: kept.rules[id_] for id_ in ids if id_ in kept.rules}
    copied = {id_: live.rules[id_] for id_ in ids if id_ in live.rules and id_ not in own}
    due: dict[str, date | None] = {id_: (kept if id_ in own else live).due.get(id_) for id_ in (*own, *copied)}
    return Memory(live.holder, live.profile, {**copied, **own}, due, live.behind, live.journal)


def unfailed(said: Sequence[Event]) -> list[Event]:
    """Return what a shadow says, but for what its rules missed because they miss it in earnest.

    Raises:
        ShadowFailedError: a rule failed under the proposal.
    """
    missed = [each for each in said if isinstance(each, FactMissed)]
    for each in missed:
        if each.error:
            raise ShadowFailedError(f"rule {each.rule_id} failed: {each.error}")
    return [each for each in said if not isinstance(each, FactMissed)]
