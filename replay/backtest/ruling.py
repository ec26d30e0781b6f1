"""What the rules know when they decide, and the rules that failed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replay.backtest.order import Order
from replay.backtest.past import Fact, Past
from services.warning.domain.analyst.features import heard_kinds
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.campaigns import Campaign
from services.warning.domain.decide import AnyRule, Knowledge, Memory, decide
from services.warning.domain.factors import Factor
from services.warning.domain.missed import FAILURES_MAX, FactMissed
from shared.decision import Decision
from shared.events.bill_issued import BillIssued
from shared.events.competitor_campaign import CompetitorCampaign
from shared.events.failure_factor import FailureFactor
from shared.events.forwarding_changed import ForwardingChanged
from shared.events.number_ported import NumberPorted
from shared.policy import PolicyBook
from shared.topic import SubscriberEvent


class Ruling:
    """Decides as the live stream does, with everything in memory."""

    def __init__(self, rules: Sequence[AnyRule], book: PolicyBook, past: Past, order: Order) -> None:
        self._rules = rules
        self._book = book
        self._analysts = Analysts(book)
        self.ids = (*(rule.id for rule in rules), *self._analysts.names())
        """The rules that are asked."""
        self._ported = _latest(past.told[NumberPorted], order, "msisdn")
        self._campaigns = _latest(past.told[CompetitorCampaign], order, "campaign_id")
        # A month's count from its end on only, when they have long been told.
        self._factors = [_factor(fact.event) for fact in past.told[FailureFactor]]
        self._knowledge: dict[type[SubscriberEvent], Knowledge] = {}
        self.failures: Counter[tuple[str, int]] = Counter()
        """Facts on which each version of a rule failed: a text that was mended is a newer one."""
        self.errors: dict[str, str] = {}

    def hears(self, kind: type[SubscriberEvent]) -> bool:
        """Tell whether anything comes of facts of `kind`; bills are remembered whichever rule hears them."""
        known = self._known(kind)
        noted = known.analysts is not None and issubclass(kind, heard_kinds())
        return kind is BillIssued or bool(known.rules) or noted

    def decide(self, memory: Memory, event: SubscriberEvent, place: Any) -> Decision[Memory]:
        """Let the rules that hear `event` take their steps."""
        decision = decide(self._at(place, event), memory, event)
        for said in decision.events:
            if isinstance(said, FactMissed) and said.error:
                self._failed(said)
        return decision

    def _failed(self, missed: FactMissed) -> None:
        version = missed.rule_id, missed.rule_version
        self.failures[version] += 1
        self.errors.setdefault(missed.rule_id, missed.error or "")
        if self.failures[version] == FAILURES_MAX:
            self._knowledge = {}

    def _at(self, place: Any, event: SubscriberEvent) -> Knowledge:
        known = self._known(type(event))
        if not self._campaigns and not (self._ported and isinstance(event, ForwardingChanged)):
            return known
        ported = self._ported_to(event.forwarded_to, place) if isinstance(event, ForwardingChanged) else {}
        running = [told for each in self._campaigns.values() if (told := _told_by(each, place))]
        return replace(known, ported=ported, campaigns=[_campaign(each) for each in running])

    def _ported_to(self, number: str | None, place: Any) -> dict[str, str]:
        told = _told_by(self._ported.get(number or "", ()), place)
        return {told.msisdn: told.operator} if told else {}

    def _known(self, kind: type[SubscriberEvent]) -> Knowledge:
        if kind not in self._knowledge:
            hearing = tuple(rule for rule in self._rules if issubclass(kind, rule.hears))
            aside = frozenset(version for version, count in self.failures.items() if count >= FAILURES_MAX)
            known = Knowledge(hearing, self._book, {}, factors=self._factors, quarantined=aside)
            # Without a rule that asks for it nobody keeps a journal.
            analysts = self._analysts.standing if self._analysts.names() else None
            self._knowledge[kind] = replace(known, analysts=analysts)
        return self._knowledge[kind]


def _latest(facts: Sequence[Fact], order: Order, name: str) -> dict[str, list[tuple[Any, Any]]]:
    """Return the records of each subject with their places, in order."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for place, event in sorted(((order(fact), fact.event) for fact in facts), key=lambda pair: pair[0]):
        found.setdefault(getattr(event, name), []).append((place, event))
    return found


def _told_by(records: Sequence[tuple[Any, Any]], place: Any) -> Any:
    """Return the latest of the records that had come at `place`; None: none had."""
    come = [event for told, event in records if told < place]
    return max(reversed(come), key=lambda event: event.occurred_at, default=None)


def _factor(told: FailureFactor) -> Factor:
    return Factor(**{name: getattr(told, name) for name in Factor.__struct_fields__})


def _campaign(told: CompetitorCampaign) -> Campaign:
    return Campaign(**{name: getattr(told, name) for name in Campaign.__struct_fields__})
