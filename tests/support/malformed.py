"""Records as a broken upstream sends them, each with the reason for which it must be refused.

A number is planted in all of them: it may come out nowhere in clear.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from random import Random
from typing import Any

import msgspec

from shared import codec
from shared.catalogue import topic_of
from shared.codec import Reason
from shared.topic import Event
from tests.support.builders import bill, customer, subscription

PLANTED = "1391234"
"""How every planted number begins; masked, it reads 139****."""
NUMBER = f"{PLANTED}5678"
BLOBS = 4
"""Records beyond the size limit; each is a megabyte."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record to be published, and why it cannot be read."""

    topic: str
    key: bytes | None
    value: bytes | None
    reason: Reason
    ce_type: str | None = None


Fields = dict[str, Any]
Break = Callable[[Malformed, Fields, Random], Malformed]
"""Takes a good record, its fields and luck; gives a bad one."""


def malformed(count: int, seed: int) -> list[Malformed]:
    """Return `count` bad records of every kind, the same for the same seed."""
    luck = Random(seed)
    pairs = zip(cycle(BREAKS), islice(_good(), count - BLOBS), strict=False)
    bad = [_broken(break_it, event, luck) for break_it, event in pairs]
    return [*bad, *(_blob(number) for number in range(BLOBS))]


def _good() -> Iterator[Event]:
    """Yield good events, the planted number in each, without end."""
    number = 0
    while True:
        number += 1
        msisdn = f"+86{PLANTED}{number:04d}"
        yield customer(f"x{number}", name=f"王芳 {msisdn}")
        yield subscription(msisdn, f"x{number}", subscription_id=f"xs{number}")
        yield bill("2026-02", 100, msisdn, id=f"xb{number}")


def _broken(break_it: Break, event: Event, luck: Random) -> Malformed:
    topic = topic_of(type(event))
    good = Malformed(topic.name, topic.key_of(event).encode(), codec.encode(event), Reason.SCHEMA)
    return break_it(good, msgspec.to_builtins(event), luck)


def _blob(number: int) -> Malformed:
    event = customer(f"blob{number}", name=f"+86{PLANTED}0000" + "重" * 340_000)
    return Malformed("crm.customer.v1", f"blob{number}".encode(), codec.encode(event), Reason.TOO_LARGE)


def _with(good: Malformed, fields: Fields, **changed: Any) -> Malformed:
    return replace(good, value=msgspec.json.encode(fields | changed), reason=Reason.SCHEMA)


def _raw(good: Malformed, value: bytes) -> Malformed:
    return replace(good, value=value, reason=Reason.BAD_JSON)


def _bad_utf8(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    text = msgspec.json.encode(fields | {"id": "#"})
    return _raw(good, text.replace(b"#", luck.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"])))


def _cut(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    value = msgspec.json.encode(fields)
    return _raw(good, value[: luck.randrange(1, len(value))])


def _with_a_tail(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return _raw(good, msgspec.json.encode(fields) + luck.choice([b"x", b"}", b"{}", b"\x00"]))


def _not_json(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return _raw(good, luck.choice([str(fields).encode(), b"NaN", b"{" + NUMBER.encode(), b"\x00\x01\x02", b"{"]))


def _raw_nul(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return _raw(good, msgspec.json.encode(fields | {"id": "#"}).replace(b"#", b"a\x00b"))


def _lone_surrogate(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    surrogate = luck.choice([rb"\ud800", rb"\udfff", rb"\ud800A", rb"\udc00\ud800"])
    return _raw(good, msgspec.json.encode(fields | {"id": "#"}).replace(b"#", surrogate))


def _deep(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    opening, closing = luck.choice([(b"[", b"]"), (b'{"a":', b"}")])
    depth = luck.randrange(2_000, 20_000)
    return _raw(
        good, b'{"unknown": ' + opening * depth + b"1" + closing * depth + b"," + msgspec.json.encode(fields)[1:]
    )


def _no_object(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    value = luck.choice([[fields], NUMBER, int(NUMBER), None, True, 1.5, []])
    return replace(good, value=msgspec.json.encode(value), reason=Reason.SCHEMA)


def _wrong_type(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    name = luck.choice(["id", "occurred_at"])
    return _with(good, fields, **{name: luck.choice([5, None, True, [NUMBER], {NUMBER: NUMBER}, 1.5])})


def _missing(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    name = luck.choice(["id", "occurred_at"])
    return _with(good, {known: value for known, value in fields.items() if known != name})


def _too_great(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    name = {"crm.customer.v1": "stars", "billing.bill_issued.v1": "amount_due_fen"}.get(good.topic, "county")
    return _with(good, fields, **{name: luck.choice([2**63, 2**64 - 1, -(2**63), 10**12 + 1])})


def _nul(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return _with(good, fields, id="\x00" * luck.randrange(1, 4) + NUMBER)


def _no_zone(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return _with(
        good, fields, occurred_at=luck.choice(["2026-03-05T10:00:00", "yesterday", "", "2026-02-30T10:00:00Z"])
    )


def _other_age(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return _with(good, fields, occurred_at=luck.choice(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]))


def _bad_id(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return _with(good, fields, id=luck.choice(["", "x" * 129]))


def _unknown_version(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    kind = luck.choice([f"{good.topic[:-1]}9", NUMBER, "", "\x00", "\ufffd"])
    return replace(good, ce_type=kind, reason=Reason.UNKNOWN_VERSION)


def _wrong_key(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return replace(good, key=luck.choice([b"", b"\xff\xfe", NUMBER.encode(), b"someone else"]), reason=Reason.WRONG_KEY)


def _empty(good: Malformed, fields: Fields, luck: Random) -> Malformed:
    return replace(good, value=luck.choice([None, b""]), reason=Reason.EMPTY)


BREAKS: tuple[Break, ...] = (
    _bad_utf8,
    _cut,
    _with_a_tail,
    _not_json,
    _raw_nul,
    _lone_surrogate,
    _deep,
    _no_object,
    _wrong_type,
    _missing,
    _too_great,
    _nul,
    _no_zone,
    _other_age,
    _bad_id,
    _unknown_version,
    _wrong_key,
    _empty,
)
