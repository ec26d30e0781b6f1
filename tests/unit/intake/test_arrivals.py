"""A batch of a feed's records: what is counted of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.arrivals import (
    SAMPLE,
    Arrived,
    batch_of,
    delay_at_most_s,
    hashed,
    repeats,
    runs,
    step_of,
)
from shared.events.payment_received import PaymentReceived
from tests.support.builders import NUMBER, at

pytestmark = pytest.mark.unit

DAY = date(2026, 3, 5)


def arrived(event_id: str, moment: str = "2026-03-05 10:20", delay_s: float = 5) -> Arrived:
    """Return a payment that arrived so long after it was made."""
    made = PaymentReceived(id=event_id, occurred_at=at(moment), msisdn=NUMBER, amount_fen=1, remaining_fen=0)
    return Arrived(made, made.occurred_at + timedelta(seconds=delay_s))


def test_records_are_counted_by_the_local_hour_and_day_of_their_event() -> None:
    batch = batch_of([arrived("a"), arrived("b"), arrived("c", "2026-03-05 23:59", 7_200)], every_id=True)
    assert batch.arrived == {at("2026-03-05 10:00"): 2, at("2026-03-05 23:00"): 1}
    assert batch.delays == {(DAY, step_of(5)): 2, (DAY, step_of(7_200)): 1}
    assert batch.latest[DAY].delay_s_max == 7_200
    assert batch.latest[DAY].arrived_at == at("2026-03-06 01:59")


def test_a_clock_that_runs_ahead_upstream_makes_no_negative_delay() -> None:
    assert batch_of([arrived("a", delay_s=-90)], every_id=True).latest[DAY].delay_s_max == 0


def test_numbers_are_read_from_ids_that_tell_them_and_from_no_other() -> None:
    ids = ("msc-15/000123", "msc-15/7", "hlr/1", "150102-3-17-2", "a/b", "a/b/1", "0d0cd8d2-5dd0-5a2e-8b8d-1")
    batch = batch_of([arrived(each) for each in ids], every_id=True)
    assert batch.sequences == {("msc-15", DAY): [123, 7], ("hlr", DAY): [1]}


def test_of_raw_cdrs_the_same_sixteenth_of_ids_is_looked_at_every_time() -> None:
    ids = [f"cdr-{number}" for number in range(3_200)]
    looked_at = [id_hash for id_hash, _ in batch_of([arrived(each) for each in ids], every_id=False).ids]
    assert looked_at == [hashed(each) for each in ids if hashed(each) % SAMPLE == 0]
    assert 150 < len(looked_at) < 250


def test_what_was_seen_in_the_same_batch_or_before_is_a_repeat() -> None:
    other = date(2026, 3, 6)
    looked_at, again = repeats([(1, DAY), (1, DAY), (2, DAY), (3, other)], fresh={1, 2})
    assert looked_at == {DAY: 3, other: 1}
    assert again == {DAY: 1, other: 1}


@given(st.floats(min_value=0, max_value=10**9))
def test_a_step_holds_its_delay_and_is_at_most_a_fifth_too_long(delay_s: float) -> None:
    at_most = delay_at_most_s(step_of(delay_s))
    assert at_most >= delay_s * (1 - 1e-12)
    assert at_most <= max(delay_s * 1.19, 0.1)


def test_numbers_become_ranges() -> None:
    assert runs([5, 1, 2, 3, 5, 9]) == [(1, 3), (5, 5), (9, 9)]
    assert runs([]) == []
