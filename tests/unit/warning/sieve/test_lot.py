"""A partition's share of the sieve: each CDR tallied once, each day told when it is over and mended."""

from datetime import date, timedelta

import pytest

from services.warning.domain.operators import Network
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.lot import Lot
from services.warning.domain.sieve.networks import Lateness, Sieving
from shared.events.usage_day import UsageDay
from shared.ids import derived_id
from tests.support.builders import NUMBER, RIVAL_NUMBER, at
from tests.unit.warning.sieve.cdrs import TEN, cdr

pytestmark = pytest.mark.unit

SIEVING = Sieving(Network(), {"+8613800138000": "china_unicom", "+8613800138001": "a foreign one"}, Lateness())
FIFTH = (date(2026, 3, 5) - date(1970, 1, 1)).days
LATER = cdr(99, at("2026-03-06 10:00"))
"""By it the fifth is over, and the sixth is not."""


def lot(*batches: list[Cdr]) -> Lot:
    """Return a lot that has taken these batches."""
    taken = Lot(next_offset=0, epoch=1)
    for batch in batches:
        taken.take(batch, taken.next_offset + len(batch), SIEVING)
    return taken


def told(taken: Lot, count: int = 100) -> list[UsageDay]:
    """Return what is told of the days that are over, and of those that have changed since."""
    taken.close(SIEVING.lateness)
    taken.mend()
    return taken.tell(count, SIEVING)


def test_a_closed_day_is_told_number_by_number() -> None:
    taken = lot(
        [
            cdr(1, peer="10086", duration_s=60, cell="b", imei="860000000000001"),
            cdr(2, direction="in", peer=RIVAL_NUMBER, duration_s=5, cell="a"),
            cdr(3, direction="in", peer=RIVAL_NUMBER, duration_s=7, cell="b"),
            LATER,
        ]
    )
    assert told(taken) == [
        UsageDay(
            id=derived_id("usage_day", NUMBER, "2026-03-05", "3"),
            occurred_at=at("2026-03-06 00:00"),
            msisdn=NUMBER,
            day=date(2026, 3, 5),
            version=3,
            calls_out=1,
            calls_in=2,
            seconds_out=60,
            seconds_in=12,
            messages=0,
            bytes=0,
            own_net_calls=0,
            other_net_calls=2,
            own_net_peers=0,
            other_net_peers=1,
            circle=((RIVAL_NUMBER, 2, 12),),
            cells=(("b", 2), ("a", 1)),
            imei="860000000000001",
        )
    ]


@pytest.mark.parametrize(
    ("hours", "over"), [(0, []), (29.9999, []), (30, [FIFTH]), (54, [FIFTH, FIFTH + 1]), (-48, [])]
)
def test_a_day_is_over_six_hours_after_its_midnight_by_the_latest_cdr(hours: float, over: list[int]) -> None:
    midnight = at("2026-03-05 00:00")
    taken = lot([cdr(1, midnight), cdr(2, midnight + timedelta(days=1)), cdr(3, midnight + timedelta(hours=hours))])
    taken.close(Lateness())
    assert [day for day in taken.untold if day in (FIFTH, FIFTH + 1)] == over


def test_how_long_a_day_stays_open_is_policy() -> None:
    taken = lot([cdr(1, at("2026-03-05 10:00")), cdr(2, at("2026-03-06 01:00"))])
    taken.close(Lateness())
    assert taken.untold == {}
    taken.close(Lateness(grace_hours=1))
    assert list(taken.untold) == [FIFTH]


def test_a_partition_that_stands_still_closes_by_the_time_of_the_others() -> None:
    taken = lot([cdr(1)])
    taken.close(Lateness(), at("2026-03-06 05:59").timestamp())
    assert taken.untold == {}
    taken.close(Lateness(), at("2026-03-06 06:00").timestamp())
    assert list(taken.untold) == [FIFTH]
    assert taken.watermark_s == TEN.timestamp()


def test_a_day_is_told_in_slices_and_each_number_once() -> None:
    numbers = [f"+861330000000{number}" for number in range(5)]
    taken = lot([*(cdr(number, msisdn=msisdn) for number, msisdn in enumerate(numbers)), LATER])
    slices = [told(taken, 2) for _ in range(4)]
    assert [[each.msisdn for each in part] for part in slices] == [numbers[:2], numbers[2:4], numbers[4:], []]


def test_a_late_cdr_corrects_its_day_by_a_new_version_of_its_number_alone() -> None:
    taken = lot([cdr(1, duration_s=60), cdr(2, msisdn="+8618900000002"), LATER])
    first = told(taken)
    taken.take([cdr(3, duration_s=5, peer=RIVAL_NUMBER)], 9, SIEVING)
    (second,) = told(taken)
    assert [(each.msisdn, each.version) for each in first] == [(NUMBER, 1), ("+8618900000002", 1)]
    assert (second.msisdn, second.version, second.calls_out, second.seconds_out) == (NUMBER, 2, 2, 65)
    assert second.circle == ((RIVAL_NUMBER, 1, 5),)
    assert second.id != first[0].id
    assert (taken.corrected, taken.late) == (1, [])


def test_a_number_that_did_nothing_on_the_day_is_told_once_something_comes_late() -> None:
    taken = lot([LATER])
    assert told(taken) == []
    taken.take([cdr(1)], 2, SIEVING)
    assert [(each.day, each.version) for each in told(taken)] == [(date(2026, 3, 5), 1)]


def test_a_resent_cdr_corrects_nothing_while_its_day_is_kept() -> None:
    taken = lot([cdr(1), LATER])
    told(taken)
    taken.take([cdr(1)], 3, SIEVING)
    assert told(taken) == []
    assert (taken.repeated, taken.corrected) == (1, 0)


def test_a_cdr_beyond_the_lateness_is_kept_aside_and_its_signal_heard() -> None:
    taken = lot([cdr(1), cdr(2, at("2026-03-08 00:00"))])
    told(taken)
    heard = taken.take([cdr(3, peer="10086")], 9, SIEVING)
    assert [each.peer for each in heard] == ["10086"]
    assert ([each.id for each in taken.late], told(taken)) == (["switch-3"], [])


@pytest.mark.parametrize(("latest", "kept"), [("2026-03-07 23:59", []), ("2026-03-08 00:00", ["switch-3"])])
def test_each_cdr_is_judged_by_what_came_before_it_whatever_the_batch(latest: str, kept: list[str]) -> None:
    cdrs = [cdr(1), cdr(2, at(latest)), cdr(3)]
    for taken in (lot(cdrs), lot([cdrs[0]], [cdrs[1]], [cdrs[2]])):
        assert [each.id for each in taken.late] == kept


def test_how_long_a_day_is_mended_is_policy_and_never_shorter_than_it_is_open() -> None:
    sieving = Sieving(Network(), {}, Lateness(grace_hours=6, correct_hours=1))
    taken = Lot(next_offset=0, epoch=1)
    taken.take([cdr(1, at("2026-03-06 05:00")), cdr(2), cdr(3, at("2026-03-06 06:00")), cdr(4)], 4, sieving)
    assert [each.id for each in taken.late] == ["switch-4"]


def test_a_day_is_forgotten_once_nothing_corrects_it_and_it_is_told() -> None:
    taken = lot([cdr(1), cdr(2, at("2026-03-08 00:00"))])
    taken.close(SIEVING.lateness)
    taken.forget(SIEVING.lateness)
    assert FIFTH in taken.days
    assert [each.day for each in taken.tell(9, SIEVING)] == [date(2026, 3, 5)]
    taken.forget(SIEVING.lateness)
    assert list(taken.days) == [FIFTH + 3]


def test_a_day_that_was_forgotten_is_not_begun_anew_when_policy_grows_patient() -> None:
    """Its versions would begin at 1 again, below what was told of it."""
    taken = lot([cdr(1), cdr(2, at("2026-03-08 00:00"))])
    told(taken)
    taken.forget(SIEVING.lateness)
    taken.take([cdr(3)], 3, Sieving(Network(), {}, Lateness(correct_hours=500)))
    assert ([each.id for each in taken.late], taken.forgotten_through) == (["switch-3"], FIFTH)


def test_a_repeated_cdr_is_counted_as_such_and_tallied_once() -> None:
    taken = lot([cdr(1, duration_s=60), cdr(1, duration_s=60)], [cdr(1, duration_s=60), cdr(2, duration_s=1), LATER])
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
    taken = lot([cdr(1, peer="+8613800138000"), cdr(2, peer="+8613800138001"), cdr(3, peer="+8613800138002"), LATER])
    (usage,) = told(taken)
    assert (usage.own_net_calls, usage.other_net_calls) == (0, 2)
