"""A partition's share of the sieve: each CDR tallied once, each day told when it is over, late ones counted."""

from datetime import date, timedelta

import pytest

from services.warning.domain.operators import Network
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.lot import Lateness, Lot, Sieving, usage_days
from shared.events.usage_day import UsageDay
from shared.ids import derived_id
from tests.support.builders import NUMBER, at
from tests.unit.warning.sieve.cdrs import cdr

pytestmark = pytest.mark.unit

SIEVING = Sieving(Network(), {"+8613800138000": "china_unicom", "+8613800138001": "a foreign one"}, Lateness())
FIFTH = (date(2026, 3, 5) - date(1970, 1, 1)).days


def lot(*batches: list[Cdr]) -> Lot:
    """Return a lot that has taken these batches."""
    taken = Lot(next_offset=0, epoch=1)
    for batch in batches:
        taken.take(batch, taken.next_offset + len(batch), SIEVING)
    return taken


def told(taken: Lot, day: int = FIFTH) -> list[UsageDay]:
    """Close a day and return what is told of it."""
    return list(usage_days(day, taken.close(day)))


def test_a_closed_day_is_told_number_by_number() -> None:
    taken = lot([cdr(1, peer="10086", duration_s=60), cdr(2, direction="in", duration_s=5)])
    assert told(taken) == [
        UsageDay(
            id=derived_id("usage_day", NUMBER, "2026-03-05", "1"),
            occurred_at=at("2026-03-06 00:00"),
            msisdn=NUMBER,
            day=date(2026, 3, 5),
            version=1,
            calls_out=1,
            calls_in=1,
            seconds_out=60,
            seconds_in=5,
            messages=0,
            bytes=0,
            own_net_calls=0,
            other_net_calls=0,
        )
    ]


@pytest.mark.parametrize(
    ("hours", "over"), [(0, []), (29.9999, []), (30, [FIFTH]), (54, [FIFTH, FIFTH + 1]), (-48, [])]
)
def test_a_day_is_over_six_hours_after_its_midnight_by_the_latest_cdr(hours: float, over: list[int]) -> None:
    midnight = at("2026-03-05 00:00")
    taken = lot([cdr(1, midnight), cdr(2, midnight + timedelta(days=1)), cdr(3, midnight + timedelta(hours=hours))])
    assert [day for day in taken.over(Lateness()) if day in (FIFTH, FIFTH + 1)] == over


def test_how_long_a_day_stays_open_is_policy() -> None:
    taken = lot([cdr(1, at("2026-03-05 10:00")), cdr(2, at("2026-03-06 01:00"))])
    assert taken.over(Lateness()) == []
    assert taken.over(Lateness(grace_hours=1)) == [FIFTH]


def test_a_late_cdr_is_counted_and_its_signal_heard_and_its_day_stays_as_told() -> None:
    taken = lot([cdr(1)], [cdr(2, at("2026-03-07 10:00"))])
    first = told(taken)
    heard = taken.take([cdr(3, peer="10086")], 9, SIEVING)
    assert [each.peer for each in heard] == ["10086"]
    assert (taken.late, len(first), FIFTH in taken.days) == (1, 1, False)


def test_a_day_before_the_last_closed_one_is_closed_too() -> None:
    taken = lot([cdr(1)])
    told(taken)
    taken.take([cdr(2, at("2026-03-04 10:00"))], 2, SIEVING)
    assert (taken.late, taken.days) == (1, {})


def test_a_repeated_cdr_is_counted_as_such_and_tallied_once() -> None:
    taken = lot([cdr(1, duration_s=60), cdr(1, duration_s=60)], [cdr(1, duration_s=60), cdr(2, duration_s=1)])
    assert len(taken.days[FIFTH].ids) == 2
    (usage,) = told(taken)
    assert (taken.repeated, usage.calls_out, usage.seconds_out) == (2, 2, 61)


def test_the_watermark_never_goes_back_and_the_offset_goes_on() -> None:
    taken = lot([cdr(1, at("2026-03-07 10:00"))], [cdr(2)], [])
    assert taken.watermark_s == at("2026-03-07 10:00").timestamp()
    assert taken.next_offset == 2


def test_nothing_taken_still_moves_the_offset() -> None:
    taken = Lot(next_offset=5, epoch=1)
    assert taken.take([], 9, SIEVING) == []
    assert (taken.next_offset, taken.days) == (9, {})


def test_the_porting_table_moves_calls_between_networks() -> None:
    taken = lot([cdr(1, peer="+8613800138000"), cdr(2, peer="+8613800138001"), cdr(3, peer="+8613800138002")])
    (usage,) = told(taken)
    assert (usage.own_net_calls, usage.other_net_calls) == (0, 2)
