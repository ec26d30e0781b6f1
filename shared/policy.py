"""What the business wants, as data: thresholds, tiers, rivals, caps. Dated, scoped to a region, the narrower winning.

A default stands beside the code that uses it; a version overrides some of its fields from a moment on, within a scope.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from shared.region import within

L = TypeVar("L", bound=msgspec.Struct)

EVERYWHERE = ""
"""The scope that holds every region."""


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
        listed = self._by_name.get(name)
        if not listed:
            return Resolved(default, 0)
        applied = list(_in_force(listed, region, moment))
        fields = msgspec.to_builtins(default)
        for version in applied:
            fields.update(version.fields)
        value = msgspec.convert(fields, type(default))
        return Resolved(value, max((version.version for version in applied), default=0))


def _in_force(versions: Iterable[PolicyVersion], region: str, moment: datetime) -> Iterable[PolicyVersion]:
    """Yield the latest version of each scope that holds `region`, widest scope first."""
    latest: dict[str, PolicyVersion] = {}
    for version in versions:
        if version.effective_from <= moment and _holds(version.scope, region):
            latest[version.scope] = version
    return latest.values()


def _holds(scope: str, region: str) -> bool:
    return scope == EVERYWHERE or within(region, scope)
