"""What the business wants, as data: thresholds, tiers, rivals, caps. Dated, scoped to a region, the narrower winning.

A default stands beside the code that uses it; a version overrides some of its fields from a moment on, within a scope.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar, runtime_checkable

import msgspec
from msgspec import Meta

from shared.region import within

L = TypeVar("L", bound=msgspec.Struct)

OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
EVERYWHERE = ""
"""The scope that holds every region."""

Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
Hours = Annotated[int, Meta(ge=0, le=8_784)]
"""Up to a leap year."""
Days = Annotated[int, Meta(ge=0, le=3_660)]
"""Up to ten years."""
Months = Annotated[int, Meta(ge=1, le=60)]
Weeks = Annotated[int, Meta(ge=0, le=520)]
Amount = Annotated[float, Meta(ge=0, le=10**9)]
"""A mean of units, which need not be whole."""
Factor = Annotated[float, Meta(ge=0, le=1_000)]
"""So many times something else."""
Times = Annotated[int, Meta(ge=1, le=1_000)]
"""How often something happens: at least once."""
Units = Annotated[int, Meta(ge=0, le=10**9)]
"""Points, minutes, messages, megabytes: whole, and none is allowed."""
Price = Annotated[int, Meta(ge=0, le=10**9)]
"""Money in fen, from nothing to ten million yuan: what events tell may be owed back, a threshold may not."""


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one policy: it never changes again, and rolling back is a newer version."""

    name: str
    """What it sets: `warning.steep_bill_drop`, `dispatch.tiers`."""
    version: int
    """Grows by one with each change in a service, whatever its name."""
    scope: str
    """Region path; empty for everywhere."""
    effective_from: datetime
    fields: dict[str, Any]
    """The fields that it sets; others keep the wider scope's value."""


@runtime_checkable
class Checked(Protocol):
    """A policy that knows more of its values than their types."""

    def mistakes(self) -> dict[tuple[str, ...], str]:
        """Return what is wrong with the values, by field; empty: nothing is."""
        ...


@dataclass(frozen=True, slots=True)
class Resolved(Generic[L]):
    """A policy as it stands for one region at one moment."""

    value: L
    version: int
    """The newest version that had a say; 0: the defaults alone."""


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All versions that a service knows, asked by name, region and moment."""

    versions: tuple[PolicyVersion, ...] = ()
    _by_name: dict[str, list[PolicyVersion]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for version in sorted(self.versions, key=lambda v: (v.scope.count(".") if v.scope else -1, v.version)):
            self._by_name.setdefault(version.name, []).append(version)

    def resolve(self, name: str, default: L, region: str, moment: datetime) -> Resolved[L]:
        """Return policy `name` for `region` at `moment`: `default` with the versions in force laid over it.

        Raises:
            msgspec.ValidationError: a version sets a field to what it cannot be.
        """
        applied = self.layers(name, region, moment)
        if not applied:
            return Resolved(default, 0)
        # Keys are text, as JSON has them: points by tier are numbers here and text in the table.
        fields = msgspec.to_builtins(default, str_keys=True)
        for version in applied:
            fields.update(version.fields)
        value = msgspec.convert(fields, type(default), str_keys=True)
        return Resolved(value, max(version.version for version in applied))

    def layers(self, name: str, region: str, moment: datetime) -> tuple[PolicyVersion, ...]:
        """Return the versions of `name` in force for `region` at `moment`, widest scope first."""
        listed = self._by_name.get(name)
        return tuple(_in_force(listed, region, moment)) if listed else ()

    def of(self, name: str) -> tuple[PolicyVersion, ...]:
        """Return all versions of `name`, oldest first."""
        return tuple(sorted(self._by_name.get(name, ()), key=lambda version: version.version))

    def newest(self, name: str, scope: str) -> PolicyVersion | None:
        """Return the version of `name` that was set last in `scope`, in force or not yet; None: there is none."""
        return next((version for version in reversed(self.of(name)) if version.scope == scope), None)

    def laid_over(self, version: PolicyVersion) -> "PolicyBook":
        """Return the book with one more version in it."""
        return PolicyBook((*self.versions, version))


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Policies that people make themselves: what follows the prefix in a name is theirs to choose, the shape is not."""

    prefix: str
    """`warning.analyst.`"""
    default: msgspec.Struct
    """What each of them is before anybody says anything."""
    count_max: int

    def has(self, name: str) -> bool:
        """Tell whether `name` is one of the family's."""
        return name.startswith(self.prefix) and OWN_NAME.fullmatch(name.removeprefix(self.prefix)) is not None

    def full(self, book: PolicyBook, name: str) -> bool:
        """Tell whether there is no room for `name` beside those of the family that were ever set."""
        made = {each.name for each in book.versions if self.has(each.name)}
        return name not in made and len(made) >= self.count_max


def _in_force(versions: Iterable[PolicyVersion], region: str, moment: datetime) -> Iterable[PolicyVersion]:
    """Yield the latest version of each scope that holds `region`, widest scope first."""
    latest: dict[str, PolicyVersion] = {}
    for version in versions:
        if version.effective_from <= moment and holds(version.scope, region):
            latest[version.scope] = version
    return latest.values()


def holds(scope: str, region: str) -> bool:
    """Tell whether what is set in `scope` reaches `region`, a region's path or everywhere."""
    return scope == EVERYWHERE or within(region, scope)
