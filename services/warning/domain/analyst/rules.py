"""From what analysts said to rules as `decide` runs them: each with its own id, memory, version and quarantine."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct, ValidationError

from services.warning.domain.analyst import sentence
from services.warning.domain.analyst.condition import Condition, condition
from services.warning.domain.analyst.definition import PREFIX, AnalystRule
from services.warning.domain.analyst.features import all_groups, heard_kinds, value_of
from services.warning.domain.analyst.journal import Subject
from services.warning.domain.analyst.tokens import ConditionError
from services.warning.domain.rule import Clearing, Finding, Heard, Level, Outcome, Rule
from services.warning.domain.usage import UsageLooked
from shared.policy import EVERYWHERE, PolicyBook, Resolved
from shared.topic import SubscriberEvent

ASKED_FOR = "W15"
"""Whatever an analyst's rule is about, that analysts write rules is asked for here."""
AnalystsRule = Rule[Any, "Told", AnalystRule]
Watched = Callable[[AnalystsRule], AnalystsRule]


class Told(Struct, frozen=True, kw_only=True):
    """What one rule said of a subscription."""

    told_at: datetime | None = None
    """When it warned last; None: never."""
    stands: bool = False
    """Whether the condition has held ever since."""


@dataclass(frozen=True, slots=True)
class Analysts:
    """The analysts' rules of a policy book, as they stand in a region at a moment."""

    book: PolicyBook
    watched: Watched = lambda rule: rule
    """Laid around each rule that is made."""
    _names: list[str] = field(init=False, default_factory=list)
    _changes: list[datetime] = field(init=False, default_factory=list)
    """When versions of analysts' rules take force, in order: between two of them nothing changes."""
    _standing: dict[tuple[str, int], tuple[AnalystsRule, ...]] = field(init=False, default_factory=dict)
    _made: dict[tuple[str, int, tuple[int, ...]], AnalystsRule] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        versions = [each for each in self.book.versions if each.name.startswith(PREFIX)]
        self._names.extend(sorted({rule_id(each.name) for each in versions}))
        self._changes.extend(sorted(each.effective_from for each in versions))

    def names(self) -> Sequence[str]:
        """Return the rules' ids, `analyst.<name>`, whether they stand anywhere or not."""
        return self._names

    def standing(self, region: str, moment: datetime) -> tuple[AnalystsRule, ...]:
        """Return the rules that do not rest in `region` at `moment`."""
        key = (region, bisect_right(self._changes, moment))
        if key not in self._standing:
            made = (self.one(name, region, moment) for name in self._names)
            self._standing[key] = tuple(rule for rule in made if not _rests(rule))
        return self._standing[key]

    def one(self, name: str, region: str, moment: datetime) -> AnalystsRule:
        """Return a rule as it stands in `region` at `moment`, even if it rests there."""
        policy, version = f"warning.{name}", self.version(name, moment)
        layers = tuple(each.version for each in self.book.layers(policy, region, moment))
        key = (name, version, layers)
        if key not in self._made:
            self._made[key] = self.watched(_made(name, version, self._resolved(policy, region, moment)))
        return self._made[key]

    def alone(self, name: str, region: str, moment: datetime) -> tuple[AnalystsRule, ...]:
        """Return one rule to be asked by itself; none, where the book has no such rule."""
        return (self.one(name, region, moment),) if name in self._names else ()

    def written(self, moment: datetime) -> list[AnalystsRule]:
        """Return every rule as it stands outside of all narrower scopes at `moment`, be it resting."""
        return [self.one(name, EVERYWHERE, moment) for name in self._names]

    def version(self, name: str, moment: datetime) -> int:
        """Return the newest version of a rule in force anywhere at `moment`: a text that was mended is a newer rule.

        0: it was not written yet.
        """
        versions = self.book.of(f"warning.{name}")
        return max((each.version for each in versions if each.effective_from <= moment), default=0)

    def _resolved(self, policy: str, region: str, moment: datetime) -> Resolved[AnalystRule] | None:
        try:
            return self.book.resolve(policy, AnalystRule(), region, moment)
        except ValidationError:
            return None


def rule_id(policy: str) -> str:
    """Return the id of the rule that a policy of this name is: it stands on its warnings."""
    return policy.removeprefix("warning.")


def _rests(rule: AnalystsRule) -> bool:
    return rule.stands is not None and not rule.stands.value.when


def _made(name: str, version: int, resolved: Resolved[AnalystRule] | None) -> AnalystsRule:
    """Return the rule; `resolved` None: nobody can read it, which is for its step to say."""
    said = resolved.value if resolved else AnalystRule()
    return Rule(
        id=name,
        requirement=ASKED_FOR,
        version=version,
        hears=_hears(said.when),
        limits=said,
        stands=resolved,
        fresh=Told(),
        step=_step,
        explain=partial(explain, said),
        example={},
        speaks_for=said.reasons,
    )


def _hears(when: str) -> tuple[type[SubscriberEvent], ...]:
    """Return the facts that may change a condition's mind; the weekly look also says that time has passed."""
    try:
        groups = condition(when).groups
    except ConditionError:
        return heard_kinds()
    kinds = (kind for group in groups for kind in all_groups()[group].hears)
    return tuple(dict.fromkeys((*kinds, UsageLooked)))


def _step(memory: Told, heard: Heard[Any], limits: AnalystRule) -> tuple[Told, tuple[Outcome, ...]]:
    """Fire when the condition holds, at most once within the cooldown; clear when it no longer does."""
    if not limits.when:
        return memory, ()
    asked, subject = condition(limits.when), heard.subject
    assert subject is not None, "whoever asks an analyst's rule tells of whom"
    holds = asked.holds(lambda group: subject.plain(all_groups()[group]))
    at = heard.event.occurred_at
    if holds is False and memory.stands:
        return Told(told_at=memory.told_at), (Clearing("the condition no longer holds"),)
    cool = memory.told_at is None or at - memory.told_at > timedelta(days=limits.cooldown_days)
    if not holds or not cool:
        return memory, ()
    finding = Finding(occasion=heard.event.id, level=Level(limits.level), evidence=evidence(limits, asked, subject))
    return Told(told_at=at, stands=True), (finding,)


def evidence(said: AnalystRule, asked: Condition, subject: Subject) -> dict[str, Any]:
    """Return all by which the warning explains itself: the condition, and what it and the sentences asked."""
    names = dict.fromkeys((*asked.reads, *sentence.named(said.explain_zh), *sentence.named(said.explain_en)))
    return {
        "title": said.title,
        "when": asked.text,
        "features": {name: value_of(subject, name) for name in names},
        "cooldown_days": said.cooldown_days,
    }


def explain(said: AnalystRule, evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Write the analyst's sentences."""
    values = evidence["features"]
    return sentence.written(said.explain_zh, values, "zh"), sentence.written(said.explain_en, values, "en")
