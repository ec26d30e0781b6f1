"""The road without a platform: the services' own decide functions, one after the other, over a sequence of events.

It resolves holders as the rules' tables do, opens and closes work as dispatch's do, and counts as KPI's do. What is
remembered can be written down between two events and taken up again, as the tables keep it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from services.dispatch.domain.case import Application, Case
from services.dispatch.domain.decide import Desk, ItemOverdue
from services.dispatch.domain.decide import decide as dispatch
from services.dispatch.domain.passdown import Member
from services.intake.domain.simulator import talk
from services.intake.domain.simulator.world import World
from services.kpi.domain.catalogue import all_measures
from services.kpi.domain.count import Memory as Counts
from services.kpi.domain.count import count
from services.kpi.domain.measure import Cell
from services.kpi.storage.counters import read
from services.warning.domain.campaigns import Campaign
from services.warning.domain.catalogue import all_rules
from services.warning.domain.day_came import day_came
from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.domain.factors import Factor
from services.warning.domain.holding import Period, holder_at
from services.warning.domain.operators import Network
from services.warning.domain.siblings import siblings_told
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.signals import signals
from services.warning.domain.subscriber import Holder, Profile
from shared import codec
from shared.calendar import local_date
from shared.catalogue import topic_of
from shared.decision import fold
from shared.events.call_detail_record import CallDetailRecord
from shared.events.competitor_campaign import CompetitorCampaign
from shared.events.contact_reported import ContactReported
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.failure_factor import FailureFactor
from shared.events.porting_progressed import PortingProgressed
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_raised import WarningRaised
from shared.ids import derived_id
from shared.policy import PolicyBook
from shared.region import path_of
from shared.topic import Event, SubscriberEvent


@dataclass
class Road:
    """All that is remembered, and all that was said."""

    roster: Sequence[Member] = ()
    policy: PolicyBook = field(default_factory=PolicyBook)
    world: World | None = None
    """Whoever is called speaks by this truth; None: nobody calls."""
    now: datetime | None = None
    said: list[Event] = field(default_factory=list)
    customers: dict[str, CustomerRecorded] = field(default_factory=dict)
    periods: defaultdict[str, dict[str, SubscriptionRecorded]] = field(default_factory=lambda: defaultdict(dict))
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    factors: list[Factor] = field(default_factory=list)
    memories: dict[str, Memory] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    totals: Counter[tuple[str, Cell]] = field(default_factory=Counter)

    def hear(self, events: Iterable[Event]) -> "Road":
        """Decide events in their order."""
        for event in events:
            self.now = max(self.now or event.occurred_at, event.occurred_at)
            self._hear(event)
        return self

    def _hear(self, event: Event) -> None:
        match event:
            case CustomerRecorded():
                self.customers[event.customer_id] = event
            case SubscriptionRecorded():
                self.periods[event.msisdn][event.subscription_id] = event
                self._recorded(event)
                self._count(event.customer_id, event)
            case CompetitorCampaign() | FailureFactor():
                self._known_of_regions(event)
            case DayPassed():
                self._day(event)
            case CallDetailRecord():
                fields = {name: getattr(event, name) for name in Cdr.__struct_fields__}
                for signal in signals([Cdr(**fields)], Network(), {}):
                    self._fact(signal)
            case SubscriberEvent():
                self._fact(event)

    def _known_of_regions(self, event: CompetitorCampaign | FailureFactor) -> None:
        if isinstance(event, FailureFactor):
            self.factors.append(Factor(**{name: getattr(event, name) for name in Factor.__struct_fields__}))
        else:
            fields = {name: getattr(event, name) for name in Campaign.__struct_fields__}
            self.campaigns[event.campaign_id] = Campaign(**fields)

    def _fact(self, event: SubscriberEvent) -> None:
        holder = self._holder(event)
        if holder:
            self._rules(holder, event)

    def _recorded(self, record: SubscriptionRecorded) -> None:
        held = [
            self._held_by(each)
            for periods in self.periods.values()
            for each in periods.values()
            if each.customer_id == record.customer_id
        ]
        mine = self._held_by(record)
        for holder, told in ((mine, record), *siblings_told(mine, held)):
            self._rules(holder, told)

    def _rules(self, holder: Holder, event: SubscriberEvent) -> None:
        known = self.memories.get(holder.subscription_id, Memory(holder, Profile(), {}))
        before = {holder.subscription_id: Memory(holder, known.profile, known.rules, known.due)}
        knowledge = Knowledge(all_rules(), self.policy, {}, list(self.campaigns.values()), self.factors)
        knowing = partial(decide, knowledge)
        folded = fold(knowing, before, [(holder.subscription_id, event)])
        self.memories.update(folded.memories)
        self.said += folded.events
        for said in folded.events:
            if isinstance(said, WarningRaised | WarningCleared):
                self._dispatch(said.customer_id, said)
        if isinstance(event, PortingProgressed):
            self._dispatch(holder.customer_id, event)

    def _holder(self, event: SubscriberEvent) -> Holder | None:
        return holder_at((Period(self._held_by(each)) for each in self.periods[event.msisdn].values()), event)

    def _held_by(self, period: SubscriptionRecorded) -> Holder:
        who = self.customers[period.customer_id]
        same = ("subscription_id", "msisdn", "customer_id", "brand", "package", "activated_at", "ended_at")
        fields = {name: getattr(period, name) for name in same}
        return Holder(region=path_of(period.county), stars=who.stars, important=who.important, **fields)

    def _dispatch(self, customer_id: str, event: Event) -> None:
        assert self.now is not None
        case = self.cases.get(customer_id, Case(customer_id=customer_id))
        if isinstance(event, PortingProgressed):
            case = structs.replace(case, applications=_applied(case, event))
        desk = Desk(self.policy, self.roster, self.now)
        folded = fold(partial(dispatch, desk), {customer_id: case}, [(customer_id, event)])
        self.cases.update(folded.memories)
        self.said += folded.events
        for said in folded.events:
            self._count(customer_id, said)

    def _count(self, customer_id: str, event: Event) -> None:
        counted = count(all_measures(), self.policy, self.counts.get(customer_id, {}), event)
        self.counts[customer_id] = counted.memory
        for measure, increment in counted.increments:
            self.totals[measure, increment.cell] += increment.value

    def _day(self, passed: DayPassed) -> None:
        """Tell the rules, call whoever waits, close what nobody called in time, and tell KPI."""
        for subscription_id, memory in sorted(self.memories.items()):
            if any(day and day <= passed.day for day in memory.due.values()):
                self._day_came(subscription_id, memory.holder, passed)
        for customer_id, case in sorted(self.cases.items()):
            item = case.open_item
            if item and item.due_at < passed.occurred_at:
                self._dispatch(customer_id, ItemOverdue(id=item.work_item_id, occurred_at=passed.occurred_at))
            elif item and self.world and (item.not_before is None or item.not_before <= passed.occurred_at):
                self._dispatch(customer_id, self._contact(case, passed.occurred_at))
        for customer_id in sorted(self.counts):
            self._count(customer_id, passed)

    def _day_came(self, subscription_id: str, holder: Holder, passed: DayPassed) -> None:
        came, period = day_came(holder, passed.day), self.periods[holder.msisdn][subscription_id]
        if period.ended_at is None or came.occurred_at < period.ended_at:
            self._rules(self._held_by(period), came)
            return
        known = self.memories[subscription_id]
        self.memories[subscription_id] = Memory(holder, known.profile, known.rules)

    def _contact(self, case: Case, at: datetime) -> ContactReported:
        item = case.open_item
        assert item is not None
        assert self.world is not None
        self.world.day = (local_date(at) - self.world.plan.first_day).days
        leaver = self.world.leaver(int(case.customer_id[1:]))
        said = talk.call(self.world, leaver, item.work_item_id, item.attempts + 1)
        return ContactReported(
            id=derived_id("contact", item.work_item_id, str(item.attempts + 1)),
            occurred_at=at - timedelta(minutes=1),
            work_item_id=item.work_item_id,
            customer_id=case.customer_id,
            subscription_id=item.subscription_id,
            msisdn=item.msisdn,
            region=item.home_region,
            staff_id=item.assigned_to or "queue",
            attempt=item.attempts + 1,
            reached=said.reached,
            outcome=said.outcome,
            judged_reason=said.judged_reason,
            means=(),
            offers=(),
            next_step=None,
            next_on=None,
        )

    def states(self) -> Counter[str]:
        """Return how many warnings are in each state."""
        return Counter(known.state for case in self.cases.values() for known in case.warnings)

    def measured(self) -> Counter[str]:
        """Return each measure's sum over all cells."""
        sums = Counter[str]()
        for (measure, _), value in self.totals.items():
            sums[measure] += value
        return sums

    def bytes_said(self) -> bytes:
        """Return all that was said, as it goes onto the wire, and the counters behind it."""
        lines = [codec.encode(event) for event in self.said]
        cells = [msgspec.json.encode((measure, cell, n)) for (measure, cell), n in sorted(self.totals.items()) if n]
        return b"\n".join([*lines, *cells])

    def write_down(self) -> bytes:
        """Return what is remembered, as the tables keep it."""
        rules = {
            who: (memory.holder, memory.profile, memory.rules, memory.due) for who, memory in self.memories.items()
        }
        return msgspec.json.encode({"rules": rules, "cases": self.cases, "counts": self.counts})

    def take_up(self, written: bytes) -> None:
        """Remember what was written down, and nothing else."""
        kept: dict[str, dict[str, Any]] = msgspec.json.decode(written)
        kinds = {rule.id: type(rule.fresh) for rule in all_rules()}
        self.memories = {
            who: Memory(
                msgspec.convert(holder, Holder),
                msgspec.convert(profile, Profile),
                {rule: msgspec.convert(value, kinds[rule]) for rule, value in rules.items()},
                msgspec.convert(due, dict[str, date | None]),
            )
            for who, (holder, profile, rules, due) in kept["rules"].items()
        }
        self.cases = {who: msgspec.convert(case, Case) for who, case in kept["cases"].items()}
        self.counts = {who: read(value, all_measures()) for who, value in kept["counts"].items()}


def _applied(case: Case, event: PortingProgressed) -> tuple[Application, ...]:
    """Return the applications after a step, told in order."""
    if event.step == "application":
        return (*case.applications, Application(event.occurred_at, None))
    if event.step not in ("lapsed", "ported_out"):
        return case.applications
    return tuple(structs.replace(each, released_at=each.released_at or event.occurred_at) for each in case.applications)


def what_if(events: Iterable[Event]) -> list[Event]:
    """Return events in the order of a what-if: by event time, whenever they arrived."""
    return sorted(events, key=_place)


def _place(event: Event) -> tuple[datetime, str, str]:
    return event.occurred_at, topic_of(type(event)).name, event.id
