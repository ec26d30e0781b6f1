"""Whatever bytes come, the codec gives an event of the topic's class or a refusal with a reason; no other error."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import codec
from shared.catalogue import topics
from shared.codec import Reason, RefusedRecordError
from shared.topic import Event, Topic
from tests.unit.strategies import JSON, events, plain

pytestmark = pytest.mark.unit

Mutation = Callable[[st.DataObject, bytes], bytes]
NASTY = (b"\x00", b"\xff", b"\\ud800", b"\\u0000", b"9223372036854775808", b"-1", b"1e999", b"null", b"[[[[", b'"')


def flipped(data: st.DataObject, value: bytes) -> bytes:
    """Change one byte."""
    at = data.draw(st.integers(0, len(value) - 1))
    return value[:at] + bytes([data.draw(st.integers(0, 255))]) + value[at + 1 :]


def cut(data: st.DataObject, value: bytes) -> bytes:
    """Leave the end away."""
    return value[: data.draw(st.integers(0, len(value) - 1))]


def planted(data: st.DataObject, value: bytes) -> bytes:
    """Put something nasty somewhere."""
    at = data.draw(st.integers(0, len(value)))
    return value[:at] + data.draw(st.sampled_from(NASTY)) + value[at:]


def retyped(data: st.DataObject, value: bytes) -> bytes:
    """Give one field another JSON value, or leave it away."""
    fields: dict[str, Any] = msgspec.json.decode(value)
    name = data.draw(st.sampled_from(sorted(fields)))
    if data.draw(st.booleans()):
        return msgspec.json.encode(fields | {name: data.draw(JSON)})
    return msgspec.json.encode({known: each for known, each in fields.items() if known != name})


def anything(data: st.DataObject, value: bytes) -> bytes:
    """Send something else altogether."""
    return data.draw(st.binary(max_size=64))


def read(topic: Topic[Event], value: bytes) -> Event | Reason:
    """Return the event, or why there is none."""
    try:
        return codec.decode(topic, value)
    except RefusedRecordError as refused:
        return refused.reason


@pytest.mark.parametrize("mutated", [flipped, cut, planted, retyped, anything])
@settings(max_examples=100)
@given(data=st.data())
def test_malformed_records_are_read_or_refused_and_make_no_crash(mutated: Mutation, data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from(list(topics().values())))
    found = read(topic, mutated(data, codec.encode(data.draw(events(topic.event)))))
    assert isinstance(found, (topic.event, Reason))
    if isinstance(found, Event):
        assert read(topic, codec.encode(found)) == found
        assert "\x00" not in repr(plain(found))
