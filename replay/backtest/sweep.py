"""One sweep through the past, in one order and under one policy: all that the rules say."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from replay.backtest.days import Days
from replay.backtest.holders import Step, steps
from replay.backtest.number import Number, Said
from replay.backtest.order import Order
from replay.backtest.past import Past
from replay.backtest.ruling import Ruling
from replay.backtest.usage import Lookout
from services.warning.domain.decide import AnyRule
from services.warning.domain.usage import UsageLooked
from shared.policy import PolicyBook


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to."""

    said: Sequence[Said]
    """In its order; what other rules said stands in the archive, and is among it."""
    days: Days
    ruling: Ruling


class Sweeper:
    """Sweeps one past in one order after the other."""

    def __init__(self, past: Past, rules: Sequence[AnyRule]) -> None:
        self._past = past
        self._rules = rules
        self._lookout = Lookout()

    def sweep(self, order: Order, book: PolicyBook) -> Swept:
        """Let the rules, and those of analysts that are in `book`, decide the whole past."""
        past = self._past
        ruling, days, told = Ruling(self._rules, book, past, order), Days(past, order), steps(past, order)
        said = _given(past, order, ruling.ids)
        looking = ruling.hears(UsageLooked)
        for msisdn in sorted({*past.facts, *told, *past.uses}):
            looked = self._lookout.looks(msisdn, past.uses.get(msisdn, ()), days, order) if looking else {}
            facts: list[Step] = [(order(fact), 0, fact.event) for fact in past.facts.get(msisdn, ())]
            met = sorted([*told.get(msisdn, ()), *facts], key=itemgetter(0, 1))
            Number(ruling, days, looked, said).live(met)
        return Swept(sorted(said, key=attrgetter("place")), days, ruling)


def _given(past: Past, order: Order, again: Sequence[str]) -> list[Said]:
    """Return what was said by the rules that are not decided again."""
    others = (fact for fact in past.said if fact.event.rule_id not in again)
    return [Said(order(fact), fact.event.customer_id, fact.event) for fact in others]
