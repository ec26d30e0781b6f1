"""Measures analysts' conditions on drawn customers, once their answers are what plain Python says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from msgspec import Struct

from services.warning.domain.analyst.condition import LENGTH_MAX, Condition, condition
from services.warning.domain.analyst.definition import PREFIX, RULES_MAX
from services.warning.domain.analyst.features import all_groups, noted
from services.warning.domain.analyst.journal import Journal, Subject
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.domain.subscriber import Holder, Profile, billed
from shared.calendar import month_bounds
from shared.clock import monotonic
from shared.events.bill_issued import BillIssued, BillLines
from shared.events.credit_assessed import CreditAssessed
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion

CUSTOMERS = 500
MONTHS = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02")
AT = month_bounds(MONTHS[-1])[1] + timedelta(days=1)
TYPICAL = "bill.fall_share >= 0.3 && customer.stars >= 4 && (!has(credit.score) || credit.score < 500)"
SAID = {"level": 2, "explain_zh": "{bill.amount_fen:yuan}元", "explain_en": "{bill.amount_fen:yuan} yuan"}


class Report(Struct, frozen=True, kw_only=True):
    """Medians of the rounds, in microseconds."""

    customers: int
    rounds: int
    equal_outputs: bool
    """Whether each typical answer was what plain Python says."""
    held: int
    compile_us: float
    """A typical condition read, held against the features, and compiled."""
    evaluation_us: float
    """CEL alone, the features handed over included: a typical condition."""
    longest_us: float
    """The same of the dearest condition that was found of so many characters as are allowed: one long list."""
    features_us: float
    """The features of the three groups that the typical condition asks, made of what is remembered."""
    fact_us: float
    """A bill decided without any rule."""
    fact_with_one_us: float
    fact_with_all_us: float
    """With as many rules as a service takes, all of which hear it."""
    rules_max: int


@dataclass(frozen=True)
class Customer:
    """A subscription, and what was drawn of it."""

    subject: Subject
    last: BillIssued


def run(rounds: int, seed: int) -> Report:
    """Measure, `rounds` times."""
    luck = Random(seed)
    customers = [_customer(luck, number) for number in range(CUSTOMERS)]
    typical, longest = condition(TYPICAL), condition(_longest())
    answers = [_asked(typical, each) for each in customers]
    one, every = _knowing(1), _knowing(RULES_MAX)
    alone = _knowing(0)
    return Report(
        customers=CUSTOMERS,
        rounds=rounds,
        equal_outputs=answers == [_plainly(each) for each in customers],
        held=answers.count(True),
        compile_us=_median(rounds, lambda _: condition.__wrapped__(TYPICAL), customers),
        evaluation_us=_median(rounds, lambda each: _asked(typical, each), customers),
        longest_us=_median(rounds, lambda each: _asked(longest, each), customers),
        features_us=_median(rounds, _made, customers),
        fact_us=_median(rounds, lambda each: _decided(alone, each), customers),
        fact_with_one_us=_median(rounds, lambda each: _decided(one, each), customers),
        fact_with_all_us=_median(rounds, lambda each: _decided(every, each), customers),
        rules_max=RULES_MAX,
    )


def _median(rounds: int, work: Callable[[Customer], Any], customers: Sequence[Customer]) -> float:
    """Return the median over rounds of what `work` takes for one customer."""
    return round(median(_round(work, customers) for _ in range(rounds)), 1)


def _round(work: Callable[[Customer], Any], customers: Sequence[Customer]) -> float:
    begun = monotonic()
    for each in customers:
        work(each)
    return (monotonic() - begun) / len(customers) * 1e6


def _asked(asked: Condition, customer: Customer) -> bool | None:
    """Ask a customer whose features are made already."""
    return asked.holds(lambda group: customer.subject.plain(all_groups()[group]))


def _plainly(customer: Customer) -> bool | None:
    """Return the typical condition's answer, as Python gives it."""
    bill, holder, credit = (customer.subject.plain(all_groups()[name]) for name in ("bill", "customer", "credit"))
    enough = bill["fall_share"] >= 0.3 and holder["stars"] >= 4
    return enough and ("score" not in credit or credit["score"] < 500)


def _made(customer: Customer) -> None:
    known = customer.subject
    fresh = Subject(known.holder, known.profile, known.journal, known.at)
    for name in ("bill", "customer", "credit"):
        fresh.plain(all_groups()[name])


def _decided(knowledge: Knowledge, customer: Customer) -> None:
    known = customer.subject
    decide(knowledge, Memory(known.holder, known.profile, {}, journal=known.journal), customer.last)


def _knowing(count: int) -> Knowledge:
    """Return knowledge of so many rules, each of its own text."""
    fields = [SAID | {"when": f"{TYPICAL} && bill.months_known > {number}"} for number in range(count)]
    book = PolicyBook(tuple(_version(number, each) for number, each in enumerate(fields, 1)))
    return Knowledge((), book, {}, analysts=Analysts(book).standing)


def _version(number: int, fields: dict[str, Any]) -> PolicyVersion:
    since = AT - timedelta(days=365)
    return PolicyVersion(
        name=f"{PREFIX}r{number}", version=number, scope=EVERYWHERE, effective_from=since, fields=fields
    )


def _longest() -> str:
    """Return a condition of as many characters as are allowed, none of which can be left out."""
    begin = "customer.stars in ["
    return begin + "9," * ((LENGTH_MAX - len(begin)) // 2 - 1) + "9]"


def _customer(luck: Random, number: int) -> Customer:
    msisdn = f"+86133{number:08d}"
    bills = [_bill(luck, msisdn, month) for month in MONTHS]
    profile, journal = Profile(), Journal()
    for each in bills:
        profile = billed(profile, each)
    if luck.random() < 0.8:
        journal = noted(journal, _credit(luck, msisdn))
    return Customer(Subject(_holder(luck, msisdn), profile, journal, AT), bills[-1])


def _bill(luck: Random, msisdn: str, month: str) -> BillIssued:
    amount, issued_at = luck.randrange(3_000, 30_000), _issued(month)
    lines = BillLines(package_fee_fen=amount)
    id_ = f"{msisdn}-{month}"
    return BillIssued(
        id=id_, occurred_at=issued_at, msisdn=msisdn, bill_no=id_, month=month, amount_due_fen=amount, lines=lines
    )


def _issued(month: str) -> datetime:
    return month_bounds(month)[1] + timedelta(hours=3)


def _credit(luck: Random, msisdn: str) -> CreditAssessed:
    return CreditAssessed(
        id=f"{msisdn}-credit",
        occurred_at=AT - timedelta(days=9),
        msisdn=msisdn,
        credit_score=luck.randrange(1_000),
        credit_limit_fen=20_000,
        used_fen=luck.randrange(20_000),
    )


def _holder(luck: Random, msisdn: str) -> Holder:
    return Holder(
        subscription_id=msisdn,
        msisdn=msisdn,
        customer_id=msisdn,
        region="150000.150100.150102",
        brand="tianyi",
        package="tianyi_199",
        activated_at=AT - timedelta(days=luck.randrange(30, 3_000)),
        stars=luck.randrange(8),
    )
