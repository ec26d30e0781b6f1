"""What may be said of a policy's fields: only those that there are, of their type, within their range."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

VALUE_BYTES_MAX = 16 * 1024
"""The longest value of one field, as JSON."""

Mistakes = dict[tuple[str, ...], str]
"""What is wrong, by its place in the request."""


def mistakes(default: msgspec.Struct, said: Mapping[str, Any], unset: Collection[str]) -> Mistakes:
    """Return what is wrong with saying these fields, and saying nothing more of those; empty: nothing is.

    Every field is held against its own type and range, so that versions which are right alone are right together.
    """
    known = {field.encode_name: field.type for field in msgspec.structs.fields(default)}
    found: dict[tuple[str, ...], str | None]
    found = {("fields", name): _mistake(known, name, value) for name, value in said.items()}
    found |= {("unset", name): _mistake_of_unset(known, name, said) for name in unset}
    if not said and not unset:
        found["fields",] = "nothing is changed"
    return {place: why for place, why in found.items() if why is not None}


def _mistake(known: dict[str, Any], name: str, value: Any) -> str | None:
    if name not in known:
        return f"no such field; there are {', '.join(known)}"
    if (unkeepable := _unkeepable(value)) is not None:
        return unkeepable
    try:
        kept = msgspec.to_builtins(msgspec.convert(value, known[name], str_keys=True), str_keys=True)
    except msgspec.ValidationError as error:
        return str(error)
    return next((f"no such field: {name}{place}" for place in _lost(value, kept)), None)


def _unkeepable(value: Any) -> str | None:
    """Return why a value cannot be kept as JSON, whatever its type; None: it can."""
    try:
        written = msgspec.json.encode(value)
    except UnicodeEncodeError:
        return "this is no text"
    if rb"\u0000" in written:
        return "a text cannot hold a zero"
    return f"longer than {VALUE_BYTES_MAX} bytes" if len(written) > VALUE_BYTES_MAX else None


def _lost(given: Any, kept: Any) -> Iterator[str]:
    """Yield the places of `given` that `kept` knows nothing of: fields that a struct inside does not have."""
    match given, kept:
        case dict(), dict():
            for key, value in given.items():
                yield from _lost(value, kept[key]) if key in kept else (f".{key}",)
        case ((list() | tuple()), (list() | tuple())):
            for number, (value, other) in enumerate(zip(given, kept, strict=False)):
                yield from (f"[{number}]{place}" for place in _lost(value, other))


def _mistake_of_unset(known: dict[str, Any], name: str, said: Mapping[str, Any]) -> str | None:
    if name not in known:
        return f"no such field; there are {', '.join(known)}"
    return "it cannot be set and unset at once" if name in said else None
