"""Any event of any class, made from the class itself: a new event is tested without a line here."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any, TypeVar

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from shared.topic import Event

E = TypeVar("E", bound=Event)

OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime.fromisoformat("1991-01-01"), datetime.fromisoformat("2199-01-01")
MOMENTS = st.datetimes(FIRST, LAST, timezones=OFFSETS)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
"""Whatever UTF-8 can carry and PostgreSQL can hold."""
TEXTS = st.text(CHARACTERS, max_size=20)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FLOATS | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)


@cache
def events(kind: type[E]) -> st.SearchStrategy[E]:
    """Return a strategy for events of `kind`, each valid by its schema."""
    made: st.SearchStrategy[E] = _made(inspect.type_info(kind))
    return made


def plain(event: Event) -> dict[str, Any]:
    """Return an event as the plain JSON that stands for it."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(event))
    return fields


def _made(info: inspect.Type) -> st.SearchStrategy[Any]:
    return MADE[type(info)](info)


def _struct(info: Any) -> st.SearchStrategy[Any]:
    return st.builds(info.cls, **{field.name: _made(field.type) for field in info.fields})


def _text(info: Any) -> st.SearchStrategy[str]:
    if info.pattern:
        return st.from_regex(info.pattern, fullmatch=True)
    return st.text(CHARACTERS, min_size=info.min_length or 0, max_size=min(info.max_length or 20, 20))


MADE: dict[type[inspect.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    inspect.StructType: _struct,
    inspect.StrType: _text,
    inspect.IntType: lambda info: st.integers(info.ge, info.le),
    inspect.FloatType: lambda info: st.floats(info.ge, info.le, allow_nan=False, allow_infinity=False),
    inspect.BoolType: lambda _: st.booleans(),
    inspect.NoneType: lambda _: st.none(),
    inspect.AnyType: lambda _: JSON,
    inspect.DateTimeType: lambda _: MOMENTS,
    inspect.DateType: lambda _: st.dates(FIRST.date(), LAST.date()),
    inspect.LiteralType: lambda info: st.sampled_from(info.values),
    inspect.UnionType: lambda info: st.one_of(*map(_made, info.types)),
    inspect.VarTupleType: lambda info: st.lists(_made(info.item_type), max_size=3).map(tuple),
    inspect.TupleType: lambda info: st.tuples(*map(_made, info.item_types)),
    inspect.DictType: lambda info: st.dictionaries(_made(info.key_type), _made(info.value_type), max_size=3),
}
