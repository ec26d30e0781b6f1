"""Bytes on the wire to events and back. What cannot be read is a typed refusal, never a crash and never a guess."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import msgspec

from shared.topic import Event, Topic

E = TypeVar("E", bound=Event)

BYTES_MAX = 1_000_000
"""Above this a record is refused unread; the largest event we write is below 10 kB."""

CHARACTER_BYTES_MAX = 4
"""The longest character in UTF-8."""

NUL = r"\u0000"
NUL_BYTES = NUL.encode()
"""How JSON writes the character that PostgreSQL cannot keep."""

CE_TYPE = "ce_type"
YEARS_KNOWN = range(1990, 2200)
"""An `occurred_at` outside is a broken clock upstream."""
YEARS_HELD = range(2, 9999)
"""Any other time outside is some system's word for never: PostgreSQL gives it back without its offset."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading JSON raises where it is none, no UTF-8, or nested deeper than anybody reads."""

_encoder = msgspec.json.Encoder()


class Reason(StrEnum):
    """Why a record could not be read."""

    TOO_LARGE = "too_large"
    EMPTY = "empty"
    BAD_JSON = "bad_json"
    SCHEMA = "schema"
    UNKNOWN_VERSION = "unknown_version"
    WRONG_KEY = "wrong_key"


class RefusedRecordError(Exception):
    """A record that will never be readable: it goes to the dead letter with this reason."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"could not read the record: {reason}: {detail}")
        self.reason = reason
        self.detail = detail


def encode(event: Event) -> bytes:
    """Return `event` as JSON in UTF-8."""
    return _encoder.encode(event)


def headers(topic: Topic[Event], event: Event) -> list[tuple[str, bytes]]:
    """Return the headers of the CloudEvents Kafka binding for `event`."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", event.id.encode()),
        (CE_TYPE, topic.name.encode()),
        ("ce_source", f"/keepline/{topic.owner}".encode()),
        ("ce_time", event.occurred_at.isoformat().encode()),
        ("content-type", b"application/json"),
    ]


def decode(topic: Topic[E], value: bytes | str | None, ce_type: str | None = None) -> E:
    """Return the event in `value`, as bytes or as the text that they are.

    `ce_type` is the record's own word for its type; without it the record is read as the topic's version.

    Raises:
        RefusedRecordError: too large, empty, not JSON, not of the topic's schema, or of a version not known.
    """
    if not value:
        raise RefusedRecordError(Reason.EMPTY, "the record has no value")
    if (size := _size(value)) > BYTES_MAX:
        raise RefusedRecordError(Reason.TOO_LARGE, f"{size} bytes, at most {BYTES_MAX}")
    if ce_type is None or ce_type == topic.name:
        return _sound(_decoded(topic, value), value)
    return _sound(_lifted(topic, value, ce_type), value)


def _size(value: bytes | str) -> int:
    """Return how many bytes `value` is; a text is counted exactly where it may be too long."""
    if isinstance(value, str) and len(value) * CHARACTER_BYTES_MAX > BYTES_MAX:
        return len(value.encode())
    return len(value)


def check_key(topic: Topic[E], event: E, key: bytes | None) -> None:
    """Refuse an event that came under another key: it would be decided out of order.

    A record without a key is let through, because not every upstream sets one.

    Raises:
        RefusedRecordError: the key is another than the event's own.
    """
    if key is not None and key != topic.key_of(event).encode():
        raise RefusedRecordError(Reason.WRONG_KEY, f"the key is not the event's {topic.key}")


def _decoded(topic: Topic[E], value: bytes | str) -> E:
    try:
        event: E = _decoder(topic.event).decode(value)
        return event
    except msgspec.ValidationError as error:
        raise RefusedRecordError(Reason.SCHEMA, str(error)) from error
    except UNREADABLE as error:
        raise RefusedRecordError(Reason.BAD_JSON, str(error)) from error


def _lifted(topic: Topic[E], value: bytes | str, ce_type: str) -> E:
    lift = topic.upcasters.get(ce_type)
    if lift is None:
        raise RefusedRecordError(Reason.UNKNOWN_VERSION, f"{ce_type[:80]} on {topic.name}")
    try:
        return msgspec.convert(lift(_fields(value)), topic.event, strict=True)
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise RefusedRecordError(Reason.SCHEMA, f"{ce_type}: {error}") from error


def _fields(value: bytes | str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(value, type=dict[str, Any])
    except UNREADABLE as error:
        raise RefusedRecordError(Reason.BAD_JSON, str(error)) from error


def _sound(event: E, value: bytes | str) -> E:
    """Refuse what is JSON and of the schema, but that no database column can hold."""
    nul = NUL in value if isinstance(value, str) else NUL_BYTES in value
    if nul and _holds_nul(msgspec.to_builtins(event)):
        raise RefusedRecordError(Reason.SCHEMA, "a text holds the character NUL")
    if event.occurred_at.year not in YEARS_KNOWN:
        raise RefusedRecordError(Reason.SCHEMA, f"occurred_at is in the year {event.occurred_at.year}")
    for name in _moments(type(event)):
        moment = getattr(event, name)
        if isinstance(moment, datetime) and moment.year not in YEARS_HELD:
            raise RefusedRecordError(Reason.SCHEMA, f"{name} is in the year {moment.year}")
    return event


@cache
def _moments(kind: type[Event]) -> tuple[str, ...]:
    """Return the fields of `kind` that may hold a time: most events have one, and all are asked of it."""
    return tuple(field.name for field in msgspec.structs.fields(kind) if "datetime.datetime" in str(field.type))


def _holds_nul(value: object) -> bool:
    """Tell whether any text in `value` holds NUL, however deep it stands."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if "\x00" in text:
                return True
            case dict() as pairs:
                waiting.extend(part for pair in pairs.items() for part in pair)
            case list() | tuple() as parts:
                waiting.extend(parts)
    return False


@cache
def _decoder(kind: type[E]) -> msgspec.json.Decoder[E]:
    return msgspec.json.Decoder(kind)


def json_schema(topic: Topic[Event]) -> Mapping[str, Any]:
    """Return the JSON Schema of the topic's event, as the documentation and the intake API publish it."""
    return msgspec.json.schema(topic.event)


def parse_moment(text: str) -> datetime:
    """Return an ISO 8601 time with its offset.

    Raises:
        msgspec.ValidationError: it is no such time.
    """
    return msgspec.convert(text, datetime)
