"""One sweep through the past, in one order and under one policy: all that the rules say."""

from collections.abc import Sequence
from dataclasses import dataclass

from replay.backtest.days import Days
from replay.backtest.holders import Step, steps
from replay.backtest.number import Number, Said
from replay.backtest.order import Order
from replay.backtest.past import Fact, Past
from replay.backtest.ruling import Ruling
from replay.backtest.usage import looks
from services.warning.domain.catalogue import all_rules
from services.warning.domain.usage import UsageLooked
from shared.policy import PolicyBook


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to."""

    said: Sequence[Said]
    """In its order."""
    days: Days
    ruling: Ruling


def sweep(past: Past, order: Order, book: PolicyBook) -> Swept:
    """Decide the whole past."""
    ruling, days, said = Ruling(all_rules(), book, past, order), Days(past, order), list[Said]()
    told = steps(past, order)
    looking = ruling.hears(UsageLooked)
    for msisdn in sorted({*past.facts, *told, *past.uses}):
        looked = dict(looks(msisdn, past.uses.get(msisdn, ()), days, order)) if looking else {}
        met = told.get(msisdn, []) + _steps(past.facts.get(msisdn, ()), order)
        Number(ruling, days, looked, said).live(sorted(met, key=_place))
    return Swept(sorted(said, key=lambda each: each.place), days, ruling)


def _steps(facts: Sequence[Fact], order: Order) -> list[Step]:
    return [(order(fact), 0, fact.event) for fact in facts]


def _place(step: Step) -> tuple[object, int]:
    return step[0], step[1]
