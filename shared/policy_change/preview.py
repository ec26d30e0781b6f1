"""What a change changes: field by field, against what is in force in its scope at its moment."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from shared.policy import PolicyBook, PolicyVersion, holds
from shared.policy_change.change import OvertakenError, Proposal
from shared.policy_change.making import approved, own_layer, said_in

Standing = Literal["scheduled", "effective", "superseded"]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one field."""

    field: str
    before: Any
    after: Any
    said_here: bool
    """Whether this scope says it itself from then on; else a wider one does, or the default."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposal changes for its scope, held against what is in force there at its moment."""

    effective_from: datetime | None = None
    """None: it has no such moment."""
    seen: int = 0
    """The newest version that it was held against; an approval names it, so that it approves what was looked at."""
    differences: tuple[Difference, ...] = ()
    kept_below: tuple[PolicyVersion, ...] = ()
    """Narrower scopes' versions that speak of the same fields: the change will not be felt there."""
    standing: Standing | None = None
    """Of the version that it became; None: it has become none."""
    obstacle: str | None = None
    """Why it cannot be approved as things stand; None: it can be, or was."""
    rehearsal: dict[str, Any] | None = None
    """What it would have done of late, where that can be told; None: it cannot, or the proposal was decided."""


def preview(default: msgspec.Struct, book: PolicyBook, proposal: Proposal, now: datetime) -> Preview:
    """Return what approving a proposal would change; of an approved one, what it did change."""
    if proposal.version is not None:
        before = PolicyBook(tuple(each for each in book.versions if each.version < proposal.version))
        made = next((each for each in book.versions if each.version == proposal.version), None)
        assert made is not None, "whoever sees a proposal sees its version"
        return msgspec.structs.replace(_preview(default, before, made), standing=standing(book, made, now))
    if proposal.state == "rejected":
        return Preview(obstacle="it was rejected")
    try:
        return _preview(default, book, approved(default, book, proposal, now))
    except OvertakenError as overtaken:
        return Preview(obstacle=str(overtaken))


def _preview(default: msgspec.Struct, book: PolicyBook, version: PolicyVersion) -> Preview:
    changed = differences(default, book, version)
    below = kept_below(book, version, {each.field for each in changed})
    return Preview(
        effective_from=version.effective_from,
        seen=seen(book, version.name, version.scope),
        differences=tuple(changed),
        kept_below=tuple(below),
    )


def differences(default: msgspec.Struct, book: PolicyBook, version: PolicyVersion) -> list[Difference]:
    """Return what `version` changes for its scope at its moment, field by field: values, and who says them."""
    name, scope, moment = version.name, version.scope, version.effective_from
    own = said_in(book, name, scope, moment)
    old, new = (
        msgspec.to_builtins(each.resolve(name, default, scope, moment).value, str_keys=True)
        for each in (book, book.laid_over(version))
    )
    return [
        Difference(field=field, before=old[field], after=new[field], said_here=field in version.fields)
        for field in new
        if old[field] != new[field] or (field in own) != (field in version.fields)
    ]


def kept_below(book: PolicyBook, version: PolicyVersion, changed: set[str]) -> list[PolicyVersion]:
    """Return the versions of narrower scopes that speak of a changed field, so that the change will not reach there."""
    scopes = {each.scope for each in book.of(version.name) if holds(version.scope, each.scope)} - {version.scope}
    layers = (own_layer(book, version.name, scope, version.effective_from) for scope in sorted(scopes))
    return [each for each in layers if each and changed & each.fields.keys()]


def seen(book: PolicyBook, name: str, scope: str) -> int:
    """Return the newest version that had or will have a say in `scope`: what a difference was made against."""
    return max((version.version for version in book.of(name) if holds(version.scope, scope)), default=0)


def standing(book: PolicyBook, version: PolicyVersion, now: datetime) -> Standing:
    """Return whether a version waits for its moment, is in force, or has been replaced by a newer one of its scope."""
    if version in book.layers(version.name, version.scope, now):
        return "effective"
    newer = (each for each in book.of(version.name) if each.scope == version.scope and each.version > version.version)
    lost = version.effective_from <= now or any(each.effective_from <= version.effective_from for each in newer)
    return "superseded" if lost else "scheduled"
