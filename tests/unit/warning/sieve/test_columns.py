"""Columns hold what each CDR counts for: its local day, its number, its counters."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.operators import operator_of
from services.warning.domain.sieve.columns import OPERATOR_CODES, columns, operators
from services.warning.domain.sieve.tally import COUNTERS
from shared.calendar import local_date
from tests.support.builders import RIVAL_NUMBER
from tests.unit.strategies import MOMENTS
from tests.unit.warning.sieve.cdrs import TEN, cdr

pytestmark = pytest.mark.unit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()
MOBILES = st.integers(0, 10**10 - 1).map("+861{:010d}".format)


def counted(**fields: Any) -> dict[str, int]:
    """Return the counters of one CDR that are not 0."""
    row = columns([cdr(**fields)], "china_telecom", {}).counters[0].tolist()
    return {name: count for name, count in zip(COUNTERS, row, strict=True) if count}


@given(MOMENTS)
def test_a_day_is_the_local_one(moment: datetime) -> None:
    found = columns([cdr(when=moment)], "china_telecom", {})
    assert EPOCH + timedelta(days=int(found.days[0])) == local_date(moment)
    assert found.watermark_s == pytest.approx(moment.timestamp())


def test_a_day_ends_at_local_midnight() -> None:
    midnight = datetime(2026, 3, 4, 16, tzinfo=UTC)
    found = columns([cdr(when=midnight - timedelta(microseconds=1)), cdr(when=midnight)], "china_telecom", {})
    assert found.days[1] - found.days[0] == 1


def test_numbers_lose_their_plus_and_nothing_else() -> None:
    assert columns([cdr(msisdn="+8613300000001"), cdr(msisdn="+1415555")], "china_telecom", {}).numbers.tolist() == [
        8613300000001,
        1415555,
    ]


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


@given(st.lists(MOBILES, min_size=1), st.dictionaries(MOBILES, st.sampled_from(OPERATOR_CODES), max_size=3))
def test_operators_of_many_are_the_operators_of_each(numbers: list[str], ported: dict[str, str]) -> None:
    peers = [*numbers, *ported]
    codes = operators(peers, {int(number): OPERATOR_CODES.index(each) + 1 for number, each in ported.items()})
    names = [OPERATOR_CODES[code - 1] if code else None for code in codes.tolist()]
    assert names == [operator_of(peer, ported) for peer in peers]


@pytest.mark.parametrize(
    "peer", [None, "", "+", "10086", "friend", "+86", "+1 415", "8613800138000", "+86138001380001234"]
)
def test_a_peer_that_is_no_mobile_number_in_china_is_nobodys(peer: str | None) -> None:
    assert operators([peer], {}).tolist() == [0]


def test_ids_are_hashed_row_by_row() -> None:
    found = columns([cdr(1), cdr(2), cdr(1)], "china_telecom", {})
    assert found.ids[0] == found.ids[2] != found.ids[1]
    assert np.all(found.days == found.days[0])
    assert found.watermark_s == TEN.timestamp()
