"""Episodes: a few subscribers to whom something happens, so that each rule has something to hear."""

from collections import Counter
from datetime import timedelta

import pytest
from msgspec import structs

from services.intake.domain.simulator.cast import all_episodes, parts
from services.intake.domain.simulator.episode import Part
from services.intake.domain.simulator.world import World, departure, departures, played_parts
from services.warning.domain.reentry.columns import people_of
from services.warning.domain.reentry.find import find_reentries
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import About, profiles_of, usage_of
from shared.calendar import local_date
from shared.events.agreement_recorded import AgreementRecorded
from shared.events.call_detail_record import CallDetailRecord
from shared.events.competitor_campaign import CompetitorCampaign
from shared.events.complaint_recorded import ComplaintRecorded
from shared.events.credit_assessed import CreditAssessed
from shared.events.customer_recorded import CustomerRecorded
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import Event, SubscriberEvent, of_kind
from tests.unit.intake.simulator.playing import PLAN, leavers, played, told_before, world

pytestmark = pytest.mark.unit

LONG = structs.replace(PLAN, subscribers=300, days=60)
MANY = structs.replace(PLAN, subscribers=1_500)


def part_of(episode: str) -> tuple[World, int, Part]:
    """Return the first part in an episode, in its world."""
    lived = world(LONG)
    found = ((index, part) for index in range(lived.plan.subscribers) if (part := lived.part(index)))
    index, part = next((index, part) for index, part in found if part.episode == episode)
    return lived, index, part


def shown(episode: str) -> list[tuple[int, Event]]:
    """Return what shows of the first part in an episode, by its days, traffic, bills and payments left out."""
    lived, index, part = part_of(episode)
    mine = {lived.who(index).msisdn, part.newcomer.msisdn}
    kinds = (AgreementRecorded, ComplaintRecorded, CreditAssessed, SubscriptionRecorded, SuspensionChanged)
    told = [
        event
        for event in played(LONG)
        if isinstance(event, kinds) and isinstance(event, SubscriberEvent) and event.msisdn in mine
    ]
    return [((local_date(event.occurred_at) - part.begins_on).days, event) for event in told]


def calls(number: str) -> list[CallDetailRecord]:
    """Return what a number did."""
    return [event for event in of_kind(CallDetailRecord, played(LONG)) if event.msisdn == number]


def test_each_has_its_part_and_nobody_has_two() -> None:
    lived = world(MANY)
    cast = Counter(part.episode for part in parts(7, 1_500, PLAN.first_day, PLAN.days).values())
    assert cast == dict.fromkeys(all_episodes(), 3)
    newcomers = [part.newcomer.msisdn for index in range(1_500) if (part := lived.part(index))]
    assert len({*newcomers, *(lived.who(index).msisdn for index in range(1_500))}) == 1_500 + len(newcomers)


def test_who_has_a_part_stays_otherwise() -> None:
    lived = world(MANY)
    assert [index for index in range(1_500) if lived.part(index) and lived.leaver(index)] == []


def test_a_run_that_is_over_before_an_episode_begins_knows_nothing_of_it() -> None:
    assert parts(7, 150, PLAN.first_day, 2) == {}
    assert {part.episode for part in parts(7, 150, PLAN.first_day, 12).values()} < set(all_episodes())


def test_they_cost_next_to_nothing() -> None:
    kinds = Counter(type(event) for event in played(LONG))
    own = sum(kinds[kind] for kind in (AgreementRecorded, ComplaintRecorded, CreditAssessed, CompetitorCampaign))
    assert 0 < own < 0.001 * kinds.total()


def test_an_agreement_ends_and_some_bind_anew_before_it_does() -> None:
    _, index, _ = part_of("agreement_ends")
    told = [
        (day, event.agreement_id[-3:]) for day, event in shown("agreement_ends") if isinstance(event, AgreementRecorded)
    ]
    assert told == ([(0, "old"), (20, "new")] if index % 2 else [(0, "old")])


def test_a_customer_complains_is_not_content_and_complains_again() -> None:
    _, index, _ = part_of("complaints")
    told = [
        (day, event.complaint_class, event.state)
        for day, event in shown("complaints")
        if isinstance(event, ComplaintRecorded)
    ]
    begun = [(0, "network_quality", "received"), (4, "network_quality", "unsettled"), (9, "billing", "received")]
    content = [(14, "network_quality", "settled"), (14, "billing", "settled")] if index % 2 else []
    assert sorted(told) == sorted([*begun, *content])


def test_credit_is_used_up_and_paid() -> None:
    told = [
        (day, e.used_fen / e.credit_limit_fen) for day, e in shown("credit_used_up") if isinstance(e, CreditAssessed)
    ]
    assert told == [(0, 0.85), (5, 1.05), (11, 0.1)]


def test_a_sibling_begins_and_the_older_number_is_stopped() -> None:
    lived, index, part = part_of("sibling")
    (first, new), (later, stop) = shown("sibling")
    assert isinstance(new, SubscriptionRecorded)
    assert (first, new.customer_id, new.msisdn) == (0, lived.who(index).customer_id, part.newcomer.msisdn)
    assert isinstance(stop, SuspensionChanged)
    assert (later, stop.msisdn, stop.kind) == (12, lived.who(index).msisdn, "voluntary")


def test_an_agent_sold_half_a_year_ago_and_no_bill_is_older_than_the_number() -> None:
    lived, index, part = part_of("agent_assessment")
    who = lived.who(index)
    assert (who.agent_id, part.begins_on - local_date(who.activated_at)) == ("agent-00", timedelta(days=165))
    bills = [
        event
        for event in (*told_before(LONG), *played(LONG))
        if getattr(event, "bill_no", "").endswith(f"-{index:06d}")
    ]
    assert min(bill.month for bill in bills) > who.activated_at.strftime("%Y-%m")  # type: ignore[attr-defined]
    assert len(bills) > 3


def test_a_number_sleeps_and_wakes() -> None:
    lived, index, part = part_of("dormancy")
    days = {(local_date(call.occurred_at) - part.begins_on).days for call in calls(lived.who(index).msisdn)}
    assert days == {*range(min(days), 0), *range(24, max(days) + 1)}
    assert (min(days), max(days)) == ((LONG.first_day - part.begins_on).days, LONG.days - 1 + min(days))


def test_a_rivals_campaign_runs_in_a_city() -> None:
    (campaign,) = of_kind(CompetitorCampaign, played(LONG))
    assert campaign.region.count(".") == 1
    assert (campaign.last_day - campaign.first_day).days == 13


class TestReentry:
    """A new number takes over a silent one's circle."""

    def test_the_old_number_is_silent_and_the_new_one_calls_its_friends_from_its_cells(self) -> None:
        lived, index, part = part_of("reentry")
        old, new = calls(lived.who(index).msisdn), calls(part.newcomer.msisdn)
        assert max(local_date(call.occurred_at) for call in old) < part.begins_on
        assert min(local_date(call.occurred_at) for call in new) == part.begins_on
        assert {call.peer for call in new} <= {call.peer for call in old}
        assert {call.cell for call in new} == {call.cell for call in old}
        handsets = {call.imei for call in (*old, *new)}
        assert None not in handsets
        assert len(handsets) == (1 if index % 2 == 0 else 2)
        assert {call.imei for call in old} == {lived.who(index).handset}

    def test_the_new_number_is_a_new_customers_and_the_old_subscription_goes_on(self) -> None:
        lived, index, part = part_of("reentry")
        ((day, held),) = shown("reentry")
        assert isinstance(held, SubscriptionRecorded)
        assert (day, held.msisdn, held.customer_id) == (0, part.newcomer.msisdn, part.newcomer.customer_id)
        assert held.customer_id != lived.who(index).customer_id
        assert held.customer_id in {event.customer_id for event in of_kind(CustomerRecorded, played(LONG))}
        assert held.occurred_at < min(call.occurred_at for call in calls(part.newcomer.msisdn))

    def test_it_is_found_by_its_circle(self) -> None:
        lived, index, part = part_of("reentry")
        since = lived.plan.first_day
        until = part.begins_on + timedelta(days=9)
        about = {part.newcomer.msisdn: About(activated_on=part.begins_on)}
        known = profiles_of(map(usage_of, of_kind(CallDetailRecord, played(LONG))), since, until, about)
        people = people_of(known.only(about), known.only(known.numbers.keys() - about.keys()))
        (found,) = find_reentries(people, Limits())
        assert (found.kind, found.new) == ("churn_hidden_as_growth", part.newcomer.msisdn)
        assert found.old == lived.who(index).msisdn

    def test_it_is_in_the_truth(self) -> None:
        lived, index, part = part_of("reentry")
        truth = departure(lived, index)
        assert truth
        assert (truth.leaves_on, truth.persuadable) == (part.begins_on, False)
        assert truth in list(departures(lived))
        assert {each.customer_id for each in departures(lived)} == {
            *(leaver.customer_id for leaver in leavers(LONG)),
            lived.who(index).customer_id,
        }


def test_who_calls_a_newcomer_asks_nobodys_plan() -> None:
    lived = world(LONG)
    assert [departure(lived, LONG.subscribers + place) for place in range(20)] == [None] * 20


def test_every_part_is_told_in_a_file_of_its_own() -> None:
    lived = world(LONG)
    told = {(part.episode, part.customer_id) for part in played_parts(lived)}
    assert len(told) == len(all_episodes())
    assert {episode for episode, _ in told} == set(all_episodes())
