"""A batch is read in one go where all of it is good, and else one by one; which way never shows in what is read."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.sieve import cdr
from services.warning.domain.sieve.cdr import Cdr, Read
from shared import codec
from shared.codec import BYTES_MAX, Reason, RefusedRecordError
from shared.events.call_detail_record import TOPIC
from tests.support.builders import NUMBER
from tests.unit.warning.sieve.cdrs import CDRS, TEN, encoded

pytestmark = pytest.mark.unit

BAD: dict[str, tuple[bytes | None, Reason]] = {
    "nothing": (None, Reason.EMPTY),
    "no bytes": (b"", Reason.EMPTY),
    "no JSON": (b"x", Reason.BAD_JSON),
    "bad UTF-8": (encoded(peer="\x01").replace(b"\\u0001", b"\xff"), Reason.BAD_JSON),
    "a lone surrogate": (encoded(peer="\x01").replace(b"\\u0001", b"\\ud800"), Reason.BAD_JSON),
    "deep nesting": (b'{"x":' + b"[" * 100_000, Reason.BAD_JSON),
    "an array": (b"[]", Reason.SCHEMA),
    "two in one": (encoded() + b"," + encoded(id="switch-2"), Reason.BAD_JSON),
    "too large": (encoded(more="x" * BYTES_MAX), Reason.TOO_LARGE),
    "no id": (encoded(id=...), Reason.SCHEMA),
    "a service that nobody knows": (encoded(service="fax"), Reason.SCHEMA),
    "a negative duration": (encoded(duration_s=-1), Reason.SCHEMA),
    "2^63 bytes": (encoded(bytes=2**63), Reason.SCHEMA),
    "a cell by number": (encoded(cell=7), Reason.SCHEMA),
    "an empty handset": (encoded(imei=""), Reason.SCHEMA),
    "an escaped NUL": (encoded(peer="\x00"), Reason.SCHEMA),
    "no offset": (encoded(occurred_at="2026-03-05T10:00:00"), Reason.SCHEMA),
    "a broken clock": (encoded(occurred_at=datetime(1970, 1, 1, tzinfo=UTC)), Reason.SCHEMA),
    "a clock far ahead": (encoded(occurred_at=datetime(2200, 1, 1, tzinfo=UTC)), Reason.SCHEMA),
    "no number": (encoded(msisdn=""), Reason.SCHEMA),
    "a plus alone": (encoded(msisdn="+"), Reason.SCHEMA),
    "two pluses": (encoded(msisdn="++8613300000001"), Reason.SCHEMA),
    "a plus in the middle": (encoded(msisdn="86+13300000001"), Reason.SCHEMA),
    "a number without its country": (encoded(msisdn="13300000001"), Reason.SCHEMA),
    "a country that begins with 0": (encoded(msisdn="+0613300000001"), Reason.SCHEMA),
    "a number too short": (encoded(msisdn="+861330"), Reason.SCHEMA),
    "a number too long": (encoded(msisdn="+8613300000001234"), Reason.SCHEMA),
    "digits of another script": (encoded(msisdn="+８６１３３００００００１"), Reason.SCHEMA),
    "a line feed behind the number": (encoded(msisdn="+8613300000001\n"), Reason.SCHEMA),
}
GOOD = encoded()


def read(*values: bytes | None, kind: str | None = None) -> Read:
    """Read values of one type."""
    return cdr.read(values, [kind] * len(values))


def shape(found: Read) -> tuple[list[str], list[tuple[int, Reason]]]:
    """Return the ids that were read, and what was refused."""
    return [each.id for each in found.cdrs], [(place, refusal.reason) for place, refusal in found.refused]


@pytest.mark.parametrize(("value", "reason"), BAD.values(), ids=BAD)
def test_one_bad_record_is_refused_with_its_reason_and_costs_no_other(value: bytes | None, reason: Reason) -> None:
    assert shape(read(value)) == ([], [(0, reason)])
    for batch, place in (([value, GOOD, GOOD], 0), ([GOOD, value, GOOD], 1), ([GOOD, GOOD, value], 2)):
        assert shape(read(*batch)) == (["switch-1", "switch-1"], [(place, reason)])


def test_several_bad_records_are_told_apart() -> None:
    values = [value for value, _ in BAD.values()]
    expected = [(place, reason) for place, (_, reason) in enumerate(BAD.values())]
    assert shape(read(*values)) == ([], expected)


def test_nothing_is_read_from_nothing() -> None:
    assert shape(read()) == ([], [])


def test_a_cdr_is_read_with_all_that_the_sieve_uses() -> None:
    value = encoded(direction="forwarded", duration_s=61, bytes=5, cell="c", imei="i", unknown=[1])
    expected = Cdr(
        id="switch-1",
        occurred_at=TEN,
        msisdn=NUMBER,
        service="voice",
        direction="forwarded",
        peer="10086",
        duration_s=61,
        bytes=5,
        cell="c",
        imei="i",
    )
    assert read(value).cdrs == [expected]


@pytest.mark.parametrize("kind", [None, TOPIC.name])
def test_a_record_of_our_type_or_of_none_is_read(kind: str | None) -> None:
    assert shape(read(GOOD, kind=kind)) == (["switch-1"], [])


def test_a_record_of_an_unknown_version_is_refused_alone() -> None:
    found = cdr.read([GOOD, GOOD, GOOD], [None, "network.cdr.v9", TOPIC.name])
    assert shape(found) == (["switch-1", "switch-1"], [(1, Reason.UNKNOWN_VERSION)])


VALUES = st.one_of(
    CDRS.map(msgspec.json.encode),
    st.sampled_from([value for value, _ in BAD.values() if value is None or len(value) < 1_000]),
    st.tuples(CDRS.map(msgspec.json.encode), st.integers(0, 200)).map(lambda cut: cut[0][: cut[1]]),
    st.tuples(CDRS.map(msgspec.json.encode), st.integers(0, 90), st.binary(min_size=1, max_size=1)).map(
        lambda flip: flip[0][: flip[1]] + flip[2] + flip[0][flip[1] + 1 :]
    ),
)


@given(st.lists(VALUES, max_size=6))
def test_a_batch_is_read_as_its_records_are_by_themselves(values: list[bytes | None]) -> None:
    """So a crash, after which records are fetched in other batches, changes nothing."""
    whole, alone = read(*values), [read(value) for value in values]
    assert list(whole.cdrs) == [each for one in alone for each in one.cdrs]
    assert [place for place, _ in whole.refused] == [place for place, one in enumerate(alone) if one.refused]


@given(VALUES)
def test_the_sieve_reads_what_the_codec_reads_and_refuses_what_it_refuses(value: bytes | None) -> None:
    try:
        codec.decode(TOPIC, value)
        expected = None
    except RefusedRecordError as refused:
        expected = refused.reason
    assert [refusal.reason for _, refusal in read(value).refused] == ([expected] if expected else [])
