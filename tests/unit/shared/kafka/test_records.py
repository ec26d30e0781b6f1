"""A fetched record looks the same whichever client brought it."""

from dataclasses import dataclass
from typing import Any

import pytest

from shared.arrival import Record
from shared.kafka.records import record_of

pytestmark = pytest.mark.unit


@dataclass
class Fetched:
    """A record as aiokafka or Faust would hand it over."""

    headers: Any = ()
    topic: str = "service.porting.v1"
    partition: int = 3
    offset: int = 41
    key: Any = b"+8613300000001"
    value: Any = b"{}"


@pytest.mark.parametrize("headers", [(("ce_type", b"x.y.v1"),), {"ce_type": b"x.y.v1"}, [("ce_type", b"x.y.v1")]])
def test_headers_come_as_pairs_or_as_a_mapping(headers: object) -> None:
    expected = Record("service.porting.v1", 3, 41, b"+8613300000001", b"{}", "x.y.v1", 1_700)
    assert record_of(Fetched(headers), 1_700) == expected


@pytest.mark.parametrize("headers", [None, (), {}])
def test_no_headers_are_no_type_and_a_first_attempt(headers: object) -> None:
    record = record_of(Fetched(headers), 0)
    assert (record.ce_type, record.attempt) == (None, 1)


@pytest.mark.parametrize(
    ("header", "attempt"), [(b"2", 2), (b"999", 999), (b"", 1), (b"1000", 1), (b"-2", 1), (b"two", 1), (b"\xb2", 1)]
)
def test_an_attempt_that_is_no_small_number_is_the_first(header: bytes, attempt: int) -> None:
    assert record_of(Fetched({"keepline_attempt": header}), 0).attempt == attempt


def test_a_type_in_bad_utf8_is_a_type_that_nobody_knows() -> None:
    assert record_of(Fetched({"ce_type": b"\xff"}), 0).ce_type == "�"
