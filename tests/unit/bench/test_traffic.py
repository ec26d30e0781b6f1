"""The benchmark's records: the same for the same plan, and such that every contender has all of its work to do."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bench.sieve import plain, traffic
from bench.sieve.expected import Expected
from bench.sieve.traffic import Plan
from shared import codec
from shared.events.call_detail_record import CallDetailRecord

pytestmark = pytest.mark.unit

PLAN = Plan(cdrs=6_000, subscribers=400, days=3, seed=5)


def test_the_same_plan_gives_the_same_bytes_and_another_seed_gives_others() -> None:
    assert _bytes(PLAN) == _bytes(PLAN)
    assert _bytes(PLAN) != _bytes(replace(PLAN, seed=6))


def test_all_records_asked_for_come_and_some_of_them_come_twice_unchanged() -> None:
    published = Counter(_bytes(PLAN))
    assert published.total() == PLAN.cdrs
    assert Counter(published.values()) == {1: 5_880, 2: 60}
    assert len({cdr.id for cdr in traffic.cdrs(PLAN)}) == len(published)


def test_records_come_out_of_order_but_never_so_late_that_their_day_could_be_closed() -> None:
    latest, latenesses = traffic.FIRST_DAY, []
    for cdr in traffic.cdrs(PLAN):
        latenesses.append(latest - cdr.occurred_at)
        latest = max(latest, cdr.occurred_at)
    assert timedelta(hours=1) < max(latenesses) < plain.GRACE


def test_few_call_much_and_many_call_little() -> None:
    calls = Counter(cdr.msisdn for cdr in traffic.cdrs(PLAN)).most_common()
    assert calls[0][1] > 8 * calls[len(calls) // 2][1]
    assert calls[0][1] < PLAN.cdrs / 10


def test_there_are_rival_hotlines_and_legs_to_rivals_and_legs_that_are_no_signal() -> None:
    cdrs = list(traffic.cdrs(PLAN))
    kinds = Counter(signal.kind for signal in map(plain.signal_in, cdrs) if signal)
    legs = sum(cdr.direction == "forwarded" for cdr in cdrs)
    assert kinds["rival_hotline"] > 0
    assert 0 < kinds["rival_forwarded_leg"] < legs


def test_the_part_is_some_subscribers_with_all_that_they_did_and_their_days_close_too() -> None:
    expected = Expected()
    records = list(expected.following(filter(traffic.of_part, traffic.cdrs(PLAN))))
    theirs = {cdr.msisdn for cdr in records}
    assert [cdr for cdr in traffic.cdrs(PLAN) if cdr.msisdn in theirs] == records
    assert 0.5 < len(records) * traffic.ONE_IN / PLAN.cdrs < 2
    first_day = {cdr.msisdn for cdr in records if cdr.occurred_at < traffic.FIRST_DAY + timedelta(days=1)}
    assert first_day <= {msisdn for msisdn, _ in expected.outputs.days}


def _bytes(plan: Plan) -> list[bytes]:
    return [codec.encode(cdr) for cdr in _typed(plan)]


def _typed(plan: Plan) -> list[CallDetailRecord]:
    return list(traffic.cdrs(plan))
