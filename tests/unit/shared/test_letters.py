"""A dead letter says where a record stood and why it was refused; its bytes are under seal, and no number shows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import codec
from shared.arrival import Record
from shared.codec import BYTES_MAX
from shared.letters import DETAIL_MAX, KEPT_BYTES_MAX, Contents, Undertaker, opened
from shared.sealing import Sealer, new_key
from tests.unit.strategies import plain

pytestmark = pytest.mark.unit

SEALER = Sealer(new_key())
RECORD = Record("network.cdr.v1", 3, 41, b"+8613800138000", b'{"msisdn":"+8613800138000"}', None, 0, attempt=2)


def undertaker(consumer: str = "sieve", cluster: str = "a") -> Undertaker:
    """Return who writes the letters of `consumer`."""
    return Undertaker(consumer, cluster, SEALER)


def test_it_says_where_the_record_stood_and_why() -> None:
    letter = undertaker().letter(RECORD, "schema", "no id")
    told = {name: getattr(letter, name) for name in ("service", "topic", "partition", "offset", "reason", "detail")}
    assert told == {
        "service": "sieve",
        "topic": "network.cdr.v1",
        "partition": 3,
        "offset": 41,
        "reason": "schema",
        "detail": "no id",
    }
    assert letter.attempt == 2


def test_the_same_record_gives_the_same_letter_and_another_place_another() -> None:
    same = undertaker().letter(RECORD, "schema", "no id").id
    assert undertaker().letter(RECORD, "bad_json", "cut off").id == same
    others = [
        undertaker("kpi").letter(RECORD, "schema", "no id").id,
        undertaker(cluster="b").letter(RECORD, "schema", "no id").id,
        undertaker().letter(Record("network.cdr.v1", 3, 42, None, None, None, 0), "schema", "no id").id,
    ]
    assert len({same, *others}) == 4


def test_the_bytes_are_sealed_and_open_again() -> None:
    letter = undertaker().letter(RECORD, "schema", "no id")
    assert opened(SEALER, letter.sealed) == Contents(RECORD.key, RECORD.value, RECORD.ce_type)


def test_another_key_does_not_open_them() -> None:
    letter = undertaker().letter(RECORD, "schema", "no id")
    with pytest.raises(ValueError, match="could not open the sealed bytes"):
        opened(Sealer(new_key()), letter.sealed)


@given(key=st.none() | st.binary(max_size=20), value=st.none() | st.binary(max_size=50))
def test_any_bytes_open_again(key: bytes | None, value: bytes | None) -> None:
    letter = undertaker().letter(replace(RECORD, key=key, value=value), "bad_json", "cut off")
    assert opened(SEALER, letter.sealed) == Contents(key, value, None)


def test_what_is_too_large_is_kept_by_its_place_only() -> None:
    largest, larger = b"x" * KEPT_BYTES_MAX, b"x" * (KEPT_BYTES_MAX + 1)
    kept = undertaker().letter(replace(RECORD, value=largest), "too_large", "")
    left = undertaker().letter(replace(RECORD, value=larger), "too_large", "")
    assert opened(SEALER, kept.sealed) == Contents(RECORD.key, largest, None)
    assert opened(SEALER, left.sealed) == Contents(RECORD.key, None, None)
    assert len(codec.encode(kept)) < BYTES_MAX


def test_no_number_shows_anywhere_in_it() -> None:
    letter = undertaker().letter(RECORD, "schema", "`+8613800138000` is no month, nor is 138 0013 8000")
    assert "0013" not in repr(plain(letter))
    assert letter.detail == "`138****8000` is no month, nor is 138****8000"


def test_a_long_reason_is_cut() -> None:
    assert len(undertaker().letter(RECORD, "schema", "x" * 9_999).detail) == DETAIL_MAX
