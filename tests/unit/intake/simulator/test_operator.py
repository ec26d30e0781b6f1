"""The simulated operator's days: the same seed gives the same bytes, and the truth is what they show."""

from collections import Counter
from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

from services.intake.domain.envelope import open_topics
from services.intake.domain.simulator import signs
from services.intake.domain.simulator.base import subscriber
from services.intake.domain.simulator.regions import ALL
from services.intake.domain.simulator.world import World
from shared import codec
from shared.calendar import local_date, months_before, start_of_month
from shared.catalogue import topic_of
from shared.events.bill_issued import BillIssued
from shared.events.call_detail_record import CallDetailRecord
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.payment_received import PaymentReceived
from shared.events.porting_progressed import PortingProgressed
from shared.events.region_defined import RegionDefined
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import Event, SubscriberEvent, of_kind
from tests.unit.intake.simulator.playing import PLAN, days, leavers, played, told_before, world

pytestmark = pytest.mark.unit


def encoded(events: tuple[Event, ...]) -> list[bytes]:
    """Return events as they go onto the wire."""
    return [codec.encode(event) for event in events]


class TestTheSameSeed:
    """Everything follows from it."""

    def test_gives_the_same_bytes(self) -> None:
        before = encoded(played()), encoded(told_before())
        for each in (subscriber, played, told_before):
            each.cache_clear()
        assert (encoded(played()), encoded(told_before())) == before

    def test_gives_the_same_bytes_after_a_run_was_taken_up_from_its_notes(self) -> None:
        lived, told, notes = world(), list[bytes](), b""
        for day in days(lived):
            told += encoded(tuple(day))
            notes = msgspec.json.encode(structs.replace(lived, day=lived.day + 1))
            if lived.day == 9:
                break
        taken_up = msgspec.json.decode(notes, type=World)
        told += [each for day in days(taken_up) for each in encoded(tuple(day))]
        assert told == encoded(played())

    def test_is_another_operator_with_another_one(self) -> None:
        small = structs.replace(PLAN, subscribers=20, days=3)
        assert encoded(played(small)) != encoded(played(structs.replace(small, seed=8)))


class TestWhatIsPublished:
    """Events as an operator's systems would send them."""

    def test_can_all_be_read_and_came_by_an_open_topic(self) -> None:
        for event in (*told_before(), *played()):
            topic = topic_of(type(event))
            assert codec.decode(topic, codec.encode(event)) == event
            assert topic.name in open_topics() or isinstance(event, DayPassed)

    def test_has_ids_of_its_own(self) -> None:
        ids = Counter((type(event), event.id) for event in (*told_before(), *played()))
        assert [each for each, count in ids.items() if count > 1] == []

    def test_comes_on_its_own_day(self) -> None:
        for number, day in enumerate(days(world(structs.replace(PLAN, subscribers=30)))):
            today = PLAN.first_day + timedelta(days=number)
            passed, *rest = day
            assert isinstance(passed, DayPassed)
            assert passed.day == today - timedelta(days=1)
            assert {local_date(event.occurred_at) for event in rest} <= {today}

    def test_comes_in_the_order_of_its_times_while_people_are_not_called_yet(self) -> None:
        times = [event.occurred_at for event in played() if isinstance(event, CallDetailRecord)]
        assert times == sorted(times)
        assert max(time.hour for time in times) < 16

    def test_tells_of_customers_before_their_numbers_and_of_both_before_anything_else(self) -> None:
        kinds = [type(event) for event in told_before()]
        firsts = [kinds.index(kind) for kind in (RegionDefined, CustomerRecorded, SubscriptionRecorded, BillIssued)]
        lasts = [len(kinds) - 1 - kinds[::-1].index(kind) for kind in (RegionDefined, CustomerRecorded)]
        assert firsts == sorted(firsts)
        assert lasts[0] < firsts[1]
        assert lasts[1] < firsts[2]

    def test_tells_the_whole_tree(self) -> None:
        told = {event.adcode: event.path for event in of_kind(RegionDefined, told_before())}
        assert told == {division.adcode: division.path for division in ALL}

    def test_tells_a_years_bills_of_everybody_who_held_a_number_before_the_first_day(self) -> None:
        since = [world().who(index).activated_at for index in range(PLAN.subscribers)]
        months = [months_before("2025-11", back) for back in range(12)]
        held = {month: sum(begun <= start_of_month(month) for begun in since) for month in months}
        bills = Counter(event.month for event in of_kind(BillIssued, told_before()))
        assert bills == held
        assert (held["2025-11"], held["2024-12"]) == (PLAN.subscribers, PLAN.subscribers - 1)

    def test_tells_december_on_the_second_of_january(self) -> None:
        issued = {(event.month, local_date(event.occurred_at).isoformat()) for event in of_kind(BillIssued, played())}
        assert issued == {("2025-12", "2026-01-02"), ("2026-01", "2026-02-02")}

    def test_bills_are_what_their_lines_add_up_to(self) -> None:
        for event in of_kind(BillIssued, (*told_before(), *played())):
            assert event.amount_due_fen == event.lines.total_fen > 0


def shown_by(customer_id: str) -> list[Event]:
    """Return the facts about a customer's number, traffic aside."""
    number = next(e.msisdn for e in of_kind(SubscriptionRecorded, told_before()) if e.customer_id == customer_id)
    mine = [event for event in of_kind(SubscriberEvent, played()) if event.msisdn == number]
    return [event for event in mine if not isinstance(event, BillIssued | PaymentReceived)]


class TestTheTruth:
    """Who is made to leave, and how it shows."""

    def test_is_about_some_and_each_scenario_is_there(self) -> None:
        assert 0.03 < len(leavers()) / PLAN.subscribers < 0.2
        many = leavers(structs.replace(PLAN, subscribers=1_000))
        assert {leaver.scenario for leaver in many} == {
            "hotline_then_port",
            "forwarding",
            "fading",
            "arrears",
            "suspension",
        }
        assert 0.35 < sum(leaver.persuadable for leaver in many) / len(many) < 0.65

    def test_is_that_exactly_the_leavers_left_each_on_the_day(self) -> None:
        ended = {e.customer_id: local_date(e.ended_at) for e in of_kind(SubscriptionRecorded, played()) if e.ended_at}
        assert ended == {leaver.customer_id: leaver.leaves_on for leaver in leavers()}

    def test_is_that_nobody_who_left_is_heard_of_again(self) -> None:
        for leaver in leavers():
            times = [local_date(event.occurred_at) for event in shown_by(leaver.customer_id)]
            assert max(times) == leaver.leaves_on

    def test_lies_within_the_run_and_gives_two_weeks_to_call(self) -> None:
        for leaver in leavers():
            assert 14 <= (leaver.leaves_on - PLAN.first_day).days < PLAN.days

    @pytest.mark.parametrize(
        ("scenario", "expected"),
        [
            ("hotline_then_port", {"hotline": 3, "enquiry": 1, "application": 1, "ported_out": 1}),
            ("arrears", {"arrears_one_way": 1, "arrears_two_way": 1}),
            ("suspension", {"voluntary": 1}),
            ("fading", {"voluntary": 1}),
        ],
    )
    def test_shows_as_its_scenario_says(self, scenario: str, expected: dict[str, int]) -> None:
        many = structs.replace(PLAN, subscribers=1_000)
        (leaver, *_) = (each for each in leavers(many) if each.scenario == scenario)
        assert signs_of(leaver.customer_id, many.subscribers) == expected

    def test_shows_as_a_forwarding_that_calls_run_along(self) -> None:
        many = structs.replace(PLAN, subscribers=1_000)
        found = [signs_of(e.customer_id, 1_000) for e in leavers(many) if e.scenario == "forwarding"]
        assert {"forwarded leg": 3, "ForwardingChanged": 1} in found
        assert all(shown["forwarded leg"] == 3 for shown in found)


def signs_of(customer_id: str, subscribers: int) -> dict[str, int]:
    """Return the signs of leaving that one leaver of a base shows."""
    lived = world(structs.replace(PLAN, subscribers=subscribers))
    index = int(customer_id[1:])
    leaver, who = lived.leaver(index), lived.who(index)
    assert leaver
    shown: list[str] = []
    while lived.day < lived.plan.days:
        events = [*signs.by_day(lived, leaver, who), *signs.by_evening(lived, leaver, who)]
        shown += [name for event in events if (name := _name(event))]
        lived.day += 1
    return dict(Counter(shown))


def _name(event: Event) -> str | None:
    match event:
        case CallDetailRecord(direction="forwarded"):
            return "forwarded leg"
        case CallDetailRecord():
            return "hotline"
        case PortingProgressed():
            return event.step
        case SuspensionChanged():
            return event.kind
        case SubscriptionRecorded():
            return None
    return type(event).__name__
