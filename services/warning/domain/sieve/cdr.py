"""CDRs as the sieve reads them: a whole batch in one go, and one by one only where something in it is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import Struct

from shared import codec
from shared.codec import RefusedRecordError
from shared.events.call_detail_record import TOPIC
from shared.topic import Count, EventId, Label, Moment


class Cdr(Struct, gc=False):
    """A `CallDetailRecord` as it is read in bulk; cell and handset are held against the schema only."""

    id: EventId
    occurred_at: Moment
    msisdn: str
    service: Literal["voice", "sms", "data"]
    direction: Literal["out", "in", "forwarded"] = "out"
    peer: Label | None = None
    duration_s: Count = 0
    bytes: Count = 0
    cell: Label | None = None
    imei: Label | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of records, read."""

    cdrs: Sequence[Cdr]
    """In the order of the records, those refused left out."""
    refused: Sequence[tuple[int, RefusedRecordError]]
    """Place in the batch, and why."""


_many = msgspec.json.Decoder(list[Cdr])
_one = msgspec.json.Decoder(Cdr)


def read(values: Sequence[bytes | None], types: Sequence[str | None]) -> Read:
    """Return the CDRs in `values`; `types` are the records' own words for their types."""
    if all(kind in (None, TOPIC.name) for kind in set(types)):
        whole = _whole(values)
        if whole is not None:
            return Read(whole, ())
    return _one_by_one(values, types)


def _whole(values: Sequence[bytes | None]) -> list[Cdr] | None:
    """Return all CDRs of the batch, decoded as one array; None: something in it needs a closer look."""
    try:
        blob = b"[" + b",".join(values) + b"]"  # type: ignore[arg-type]
        cdrs = _many.decode(blob)
    except (*codec.UNREADABLE, TypeError):
        return None
    sound = len(cdrs) == len(values) and b"\\u0000" not in blob and _sound(cdrs, values)
    return cdrs if sound else None


def _sound(cdrs: Sequence[Cdr], values: Sequence[bytes | None]) -> bool:
    """Check for the whole batch at once what the schema says beyond types: numbers in E.164, years, size."""
    numbers = [cdr.msisdn for cdr in cdrs]
    years = {cdr.occurred_at.year for cdr in cdrs}
    lengths = set(map(len, numbers))
    joined = "," + ",".join(numbers)
    digits = joined.replace(",+", "")
    return (
        bool(cdrs)
        and digits.isascii()
        and digits.isdigit()
        and joined.count(",+") == len(cdrs)
        and ",+0" not in joined
        and min(lengths) >= 8
        and max(lengths) <= 16
        and max(map(len, filter(None, values))) <= codec.BYTES_MAX
        and min(years) in codec.YEARS_KNOWN
        and max(years) in codec.YEARS_KNOWN
    )


def _one_by_one(values: Sequence[bytes | None], types: Sequence[str | None]) -> Read:
    cdrs: list[Cdr] = []
    refused: list[tuple[int, RefusedRecordError]] = []
    for place, (value, kind) in enumerate(zip(values, types, strict=True)):
        try:
            codec.decode(TOPIC, value, kind)
            assert value is not None, "the codec refuses what has no value"
            cdrs.append(_one.decode(value))
        except RefusedRecordError as refusal:
            refused.append((place, refusal))
    return Read(cdrs, refused)
