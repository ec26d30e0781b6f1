"""The file of changes that is tried: what `./keepline policy propose` takes, as a list in JSON."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from services.dispatch.domain import policies as dispatch
from services.warning.domain import policies as warning
from shared import codec
from shared.policy_change.change import Change, MistakenError

UNTRIED = {"warning.lateness": "the sieve's, and its CDRs are not archived", "dispatch.leases": "no item depends on it"}


class BadChangesError(Exception):
    """A file of changes that cannot be tried, and why."""


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change as it is written down."""

    name: str
    scope: str = ""
    fields: dict[str, Any] = {}
    unset: tuple[str, ...] = ()
    effective_from: datetime | None = None
    """None: all along."""
    why: str = ""


def defaults(service: str, names: Iterable[str] = ()) -> Mapping[str, Struct]:
    """Return the policies of `service` with their defaults, and those of `names` that people make."""
    known: dict[str, Mapping[str, Struct]] = {
        "warning": warning.defaults_with(names),
        "dispatch": dispatch.policies(),
    }
    return known[service]


def read(path: Path) -> list[Change]:
    """Return the changes in a file.

    Raises:
        BadChangesError: there is no such file, it is no list of changes, or names what a trial does not reach.
    """
    try:
        asked = msgspec.json.decode(path.read_bytes(), type=list[Asked])
    except (OSError, *codec.UNREADABLE) as error:
        raise BadChangesError(f"could not read {path}: {error}") from error
    for change in asked:
        _check(path, change)
    return [Change(**msgspec.structs.asdict(change)) for change in asked]


def _check(path: Path, asked: Asked) -> None:
    known = [name for service in ("warning", "dispatch") for name in defaults(service) if name not in UNTRIED]
    if asked.name not in known and not warning.made_by_people(asked.name):
        why = UNTRIED.get(asked.name, "no such policy here")
        raise BadChangesError(f"could not try {asked.name} of {path}: {why}; there are {', '.join(known)}")
    if asked.effective_from and asked.effective_from.tzinfo is None:
        raise BadChangesError(f"could not try {asked.name} of {path}: effective_from needs its offset")


def told(mistaken: MistakenError) -> str:
    """Return what is wrong with a change, as people read it."""
    return f"could not try these changes: {mistaken}"
