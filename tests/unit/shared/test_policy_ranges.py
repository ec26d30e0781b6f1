"""What people may set has limits: every number in every policy says from where to where it goes."""

from collections.abc import Iterator

import msgspec
import pytest
from msgspec import inspect

from docs.reference.policies import policies

pytestmark = pytest.mark.unit


def boundless(kind: inspect.Type, at: str) -> Iterator[str]:
    """Yield where in a type a number may be anything."""
    match kind:
        case inspect.IntType() | inspect.FloatType():
            if None in (kind.ge if kind.gt is None else kind.gt, kind.le if kind.lt is None else kind.lt):
                yield at
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from boundless(field.type, f"{at}.{field.name}")
        case inspect.DictType(key_type=key, value_type=value):
            yield from boundless(key, f"{at}[]")
            yield from boundless(value, f"{at}[]")
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            yield from boundless(item, f"{at}[]")


@pytest.mark.parametrize("name", policies())
def test_every_number_has_its_range(name: str) -> None:
    assert list(boundless(inspect.type_info(type(policies()[name])), name)) == []


@pytest.mark.parametrize("name", policies())
def test_a_default_is_what_may_be_set(name: str) -> None:
    default = policies()[name]
    plain = msgspec.to_builtins(default, str_keys=True)
    assert msgspec.convert(plain, type(default), str_keys=True) == default


def test_a_number_without_a_range_is_found() -> None:
    class Loose(msgspec.Struct):
        tiers: dict[str, tuple[int, ...]] = {}

    assert list(boundless(inspect.type_info(Loose), "p")) == ["p.tiers[][]"]
