"""Columns hold what each CDR counts for: its local day, its number, its counters."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.operators import Network, operator_of
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.columns import Columns, columns
from services.warning.domain.sieve.networks import OPERATORS, Lateness, Sieving, number_of, numbers_of
from services.warning.domain.sieve.tally import COUNTS
from shared.calendar import local_date
from tests.support.builders import RIVAL_NUMBER
from tests.unit.strategies import MOMENTS
from tests.unit.warning.sieve.cdrs import TEN, cdr

pytestmark = pytest.mark.unit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()
MOBILES = st.integers(0, 10**10 - 1).map("+861{:010d}".format)
SIEVING = Sieving(Network(hotlines={"10086": "china_mobile", "+864008100086": "china_mobile"}), {}, Lateness())


def read(*cdrs: Cdr) -> Columns:
    """Return the columns of some CDRs."""
    return columns(cdrs, SIEVING)


def counted(**fields: Any) -> dict[str, int]:
    """Return the counters of one CDR that are not 0, but for the one that counts CDRs."""
    found = read(cdr(**fields))
    row = [*found.counts[0].tolist(), int(found.bytes[0])]
    assert row[len(COUNTS) - 1] == 1
    return {name: count for name, count in zip((*COUNTS, "bytes"), row, strict=True) if count and name != "version"}


@given(MOMENTS)
def test_a_day_is_the_local_one(moment: datetime) -> None:
    found = read(cdr(when=moment))
    assert EPOCH + timedelta(days=int(found.days[0])) == local_date(moment)
    assert found.stamps[0] == pytest.approx(moment.timestamp())


def test_a_day_ends_at_local_midnight() -> None:
    midnight = datetime(2026, 3, 4, 16, tzinfo=UTC)
    found = read(cdr(when=midnight - timedelta(microseconds=1)), cdr(when=midnight))
    assert found.days[1] - found.days[0] == 1


@given(st.integers(0, 999_999))
def test_midnight_stays_midnight_whatever_stands_before_it_in_the_batch(microsecond: int) -> None:
    midnight = datetime(2026, 3, 4, 16, tzinfo=UTC)
    before = midnight - timedelta(hours=7) + timedelta(microseconds=microsecond)
    found = read(cdr(when=before), cdr(when=midnight), cdr(when=midnight - timedelta(microseconds=1)))
    assert (found.days - found.days[0]).tolist() == [0, 1, 0]
    assert found.stamps[1] == midnight.timestamp()


def test_numbers_lose_their_plus_and_nothing_else() -> None:
    found = read(cdr(msisdn="+8613300000001"), cdr(msisdn="+1415555"))
    assert found.numbers.tolist() == [8613300000001, 1415555]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"duration_s": 61}, {"calls_out": 1, "seconds_out": 61}),
        ({"duration_s": 61, "direction": "in"}, {"calls_in": 1, "seconds_in": 61}),
        ({"duration_s": 61, "direction": "forwarded"}, {"calls_out": 1, "seconds_out": 61}),
        ({"service": "sms", "duration_s": 61}, {"messages": 1}),
        ({"service": "sms", "direction": "in"}, {"messages": 1}),
        ({"service": "data", "bytes": 5}, {"bytes": 5}),
        ({"peer": "+8618900000001"}, {"calls_out": 1, "own_net_calls": 1}),
        ({"peer": RIVAL_NUMBER}, {"calls_out": 1, "other_net_calls": 1}),
        ({"peer": RIVAL_NUMBER, "direction": "in"}, {"calls_in": 1, "other_net_calls": 1}),
        ({"peer": "+14155550100"}, {"calls_out": 1}),
        ({"peer": "10086"}, {"calls_out": 1}),
        ({"peer": RIVAL_NUMBER, "service": "sms"}, {"messages": 1}),
        ({"duration_s": 10**12, "bytes": 10**12}, {"calls_out": 1, "seconds_out": 10**12, "bytes": 10**12}),
    ],
)
def test_each_cdr_counts_for_what_it_is(fields: dict[str, Any], expected: dict[str, int]) -> None:
    assert counted(**fields) == expected


@given(st.lists(MOBILES, min_size=1), st.dictionaries(MOBILES, st.sampled_from(OPERATORS), max_size=3))
def test_operators_of_many_are_the_operators_of_each(numbers: list[str], ported: dict[str, str]) -> None:
    sieving = Sieving(Network(), ported, Lateness())
    peers = [*numbers, *ported]
    own = [operator_of(peer, ported) == "china_telecom" for peer in peers]
    known = [operator_of(peer, ported) is not None for peer in peers]
    codes = sieving.operators(np.array([number_of(peer) for peer in peers], np.int64))
    assert (codes == 1).tolist() == own
    assert (codes > 0).tolist() == known


def test_a_number_ported_to_an_operator_that_nobody_knows_is_nobodys() -> None:
    sieving = Sieving(Network(), {RIVAL_NUMBER: "a foreign one"}, Lateness())
    assert sieving.operators(np.array([number_of(RIVAL_NUMBER)], np.int64)).tolist() == [0]


@pytest.mark.parametrize(
    "peer", [None, "+", "10086", "friend", "+86 133", "+0613300000001", "+8613800138000123", "+\u0661\u0662"]
)
def test_a_peer_that_is_no_number_in_e164_is_nobody(peer: str | None) -> None:
    assert number_of(peer) == 0


@pytest.mark.parametrize("peer", ["+86", "+14155550100", "+8688888888888"])
def test_a_number_that_is_no_mobile_one_in_china_is_on_nobodys_network(peer: str) -> None:
    assert number_of(peer) == int(peer)
    assert SIEVING.operators(np.array([number_of(peer)], np.int64)).tolist() == [0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"peer": RIVAL_NUMBER}, int(RIVAL_NUMBER)),
        ({"peer": "+14155550100", "direction": "in"}, 14155550100),
        ({"peer": RIVAL_NUMBER, "service": "sms"}, 0),
        ({"peer": "10086"}, 0),
        ({"peer": "110"}, 0),
        ({"peer": "+864008100086"}, 0),
    ],
)
def test_a_circle_is_who_was_talked_to_and_neither_hotlines_nor_short_codes(
    fields: dict[str, Any], expected: int
) -> None:
    assert read(cdr(**fields)).peers.tolist() == [expected]


@pytest.mark.parametrize(
    ("imei", "expected"),
    [("86000000000001", 186000000000001), ("010000000000002", 1010000000000002), ("1" * 16, int("1" * 17))],
)
def test_a_handset_is_its_digits_and_keeps_the_zeros_in_front(imei: str, expected: int) -> None:
    assert read(cdr(imei=imei)).handsets.tolist() == [expected]


@pytest.mark.parametrize("imei", [None, "unknown", "1" * 13, "1" * 17, "86000000000000x", "\u0661" * 15])
def test_what_is_no_imei_is_no_handset(imei: str | None) -> None:
    assert read(cdr(imei=imei)).handsets.tolist() == [0]


def test_cells_are_places_among_their_names() -> None:
    found = read(cdr(cell="b"), cdr(cell=None), cdr(cell="a"), cdr(cell="b"))
    assert (found.cells.tolist(), found.cell_names.listed()) == ([0, -1, 1, 0], ["b", "a"])


def test_ids_are_hashed_row_by_row() -> None:
    found = read(cdr(1), cdr(2), cdr(1))
    assert found.ids[0] == found.ids[2] != found.ids[1]
    assert np.all(found.days == found.days[0])
    assert found.stamps.max() == TEN.timestamp()


def test_a_part_of_the_columns_is_its_rows() -> None:
    found = read(cdr(1, cell="a"), cdr(2, cell="b"), cdr(3))
    part = found[np.array([False, True, True])]
    assert (len(part), part.cells.tolist(), part.ids.tolist()) == (2, [1, -1], found.ids[1:].tolist())


@given(
    st.lists(
        st.one_of(
            st.none(), MOBILES, st.sampled_from(["10086", "+", "+0", "+0613", "+86+133", "++", "+1415555", "x+1"])
        )
    )
)
def test_numbers_of_many_peers_are_the_numbers_of_each(peers: list[str | None]) -> None:
    assert numbers_of(peers).tolist() == [number_of(peer) for peer in peers]


@given(st.lists(MOMENTS, min_size=1, max_size=5))
def test_times_of_many_zones_are_the_times_of_each(moments: list[datetime]) -> None:
    stamps = read(*(cdr(when=moment) for moment in moments)).stamps
    assert stamps.tolist() == pytest.approx([moment.timestamp() for moment in moments])
