"""The features that conditions may use: every group that is here, each feature's type and meaning."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from msgspec import Struct, inspect, structs

from services.warning.domain.analyst import groups
from services.warning.domain.analyst.journal import Group, Journal, Subject
from shared.folder import entries
from shared.topic import SubscriberEvent

Kind = Literal["bool", "int", "double", "string"]
KINDS: Mapping[type[inspect.Type], Kind] = {
    inspect.BoolType: "bool",
    inspect.IntType: "int",
    inspect.FloatType: "double",
    inspect.StrType: "string",
    inspect.LiteralType: "string",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """What a condition may ask."""

    kind: Kind
    choices: tuple[str, ...] = ()
    """The values that it may have; empty: any."""
    always: bool = False
    """Whether it is known of every subscription."""


@cache
def all_groups() -> dict[str, Group[Any]]:
    """Return every group by its name in conditions.

    Raises:
        TypeError: a file has no GROUP, or it calls itself other than its file.
    """
    found = entries(groups, "GROUP", Group)
    for name, group in found.items():
        if name != group.id:
            raise TypeError(f"could not load {groups.__name__}.{name}: its GROUP is called {group.id}")
    return found


@cache
def all_features() -> dict[str, Feature]:
    """Return every feature by its name, `bill.fall_share`."""
    return {f"{id_}.{name}": each for id_, group in all_groups().items() for name, each in _of(group.features).items()}


def heard_kinds() -> tuple[type[SubscriberEvent], ...]:
    """Return every kind of fact that changes some feature."""
    return tuple(dict.fromkeys(kind for group in all_groups().values() for kind in group.hears))


def noted(journal: Journal, event: SubscriberEvent) -> Journal:
    """Return the journal once `event` is in it; of most kinds it keeps nothing."""
    for group in _noting(type(event)):
        journal = group.noted(journal, event)
    return journal


@cache
def _noting(kind: type[SubscriberEvent]) -> tuple[Group[Any], ...]:
    """Return the groups whose journal keeps facts of a kind."""
    return tuple(group for group in all_groups().values() if group.note and issubclass(kind, group.hears))


def value_of(subject: Subject, name: str) -> Any:
    """Return a feature of a subject; None: it is not known."""
    group, _, feature = name.partition(".")
    return subject.plain(all_groups()[group]).get(feature)


def _of(kind: type[Struct]) -> dict[str, Feature]:
    return {field.name: _feature(inspect.type_info(field.type)) for field in structs.fields(kind)}


def _feature(info: inspect.Type) -> Feature:
    if isinstance(info, inspect.UnionType):
        (known,) = (each for each in info.types if not isinstance(each, inspect.NoneType))
        return Feature(KINDS[type(known)], _choices(known))
    return Feature(KINDS[type(info)], _choices(info), always=True)


def _choices(info: inspect.Type) -> tuple[str, ...]:
    return tuple(map(str, info.values)) if isinstance(info, inspect.LiteralType) else ()
