"""Which version a change makes, and which one undoes another."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.policy import EVERYWHERE, Checked, PolicyBook, PolicyVersion
from shared.policy_change.change import Change, MistakenError, OvertakenError, Proposal
from shared.policy_change.fields import Mistakes, mistakes
from shared.policy_change.people import Asker
from shared.region import adcode_of, path_of

HEADWAY = timedelta(seconds=10)
"""A version takes force at the earliest so long after its approval: processes look for new ones every few seconds."""
AHEAD_MAX = timedelta(days=5 * 366)
"""Nobody means a moment further ahead."""


def proposed(default: msgspec.Struct, book: PolicyBook, change: Change, now: datetime) -> PolicyVersion:
    """Return the version that `change` would become if it were approved at `now`, under the next free number.

    Raises:
        MistakenError: it says what cannot be, changes nothing, or its moment is too near.
        OvertakenError: a later version waits in this scope already.
    """
    if found := wrong(default, change):
        raise MistakenError(found)
    moment = _moment(book, change, now)
    own = said_in(book, change.name, change.scope, moment)
    said = {name: value for name, value in {**own, **change.fields}.items() if name not in change.unset}
    if said == own:
        raise MistakenError({("fields",): "this scope says so already"})
    return fitting(default, book, _next(book, change.name, change.scope, moment, said))


def fitting(default: msgspec.Struct, book: PolicyBook, version: PolicyVersion) -> PolicyVersion:
    """Return `version`, once it has been tried together with what wider scopes say.

    Raises:
        MistakenError: together they are nothing that the policy can be.
    """
    try:
        made = book.laid_over(version).resolve(version.name, default, version.scope, version.effective_from)
    except msgspec.ValidationError as error:
        raise MistakenError({("fields",): str(error)}) from error
    if isinstance(made.value, Checked) and (found := made.value.mistakes()):
        raise MistakenError({("fields", *place): why for place, why in found.items()})
    return version


def wrong(default: msgspec.Struct, change: Change) -> Mistakes:
    """Return what is wrong with a change by itself, whatever the book says; empty: nothing is."""
    known = change.scope == EVERYWHERE or path_of(adcode_of(change.scope)) == change.scope
    lost = {} if known else {("scope",): "no such region: a path leads from a province over its city to its county"}
    return mistakes(default, change.fields, change.unset) | lost


def _moment(book: PolicyBook, change: Change, now: datetime) -> datetime:
    earliest = now + HEADWAY
    moment = change.effective_from or earliest
    if not earliest <= moment <= now + AHEAD_MAX:
        raise MistakenError({("effective_from",): f"it must lie between {earliest} and five years from now"})
    waiting = book.newest(change.name, change.scope)
    if waiting and waiting.effective_from > moment:
        # The newest version wins once it is in force, so the one that waits would never be.
        raise OvertakenError(
            f"version {waiting.version} takes force here at {waiting.effective_from.isoformat()}:"
            " choose a later moment, or roll it back first"
        )
    return moment


def own_layer(book: PolicyBook, name: str, scope: str, moment: datetime) -> PolicyVersion | None:
    """Return the version of exactly this scope in force at `moment`; None: the scope says nothing."""
    layers = book.layers(name, scope, moment)
    return layers[-1] if layers and layers[-1].scope == scope else None


def said_in(book: PolicyBook, name: str, scope: str, moment: datetime) -> dict[str, Any]:
    """Return the fields that this scope itself says at `moment`."""
    own = own_layer(book, name, scope, moment)
    return dict(own.fields) if own else {}


def _next(book: PolicyBook, name: str, scope: str, moment: datetime, fields: dict[str, Any]) -> PolicyVersion:
    number = max((version.version for version in book.versions), default=0) + 1
    return PolicyVersion(name=name, version=number, scope=scope, effective_from=moment, fields=fields)


def approved(default: msgspec.Struct, book: PolicyBook, proposal: Proposal, now: datetime) -> PolicyVersion:
    """Return the version that an approval at `now` makes.

    Raises:
        OvertakenError: what was right when it was proposed no longer is.
    """
    try:
        return proposed(default, book, proposal, now)
    except MistakenError as mistaken:
        raise OvertakenError(f"it can no longer be approved: {mistaken}") from mistaken


def restored(default: msgspec.Struct, book: PolicyBook, undone: PolicyVersion, now: datetime) -> PolicyVersion:
    """Return the version that lets a scope say again what it said before `undone`.

    Raises:
        OvertakenError: a newer version stands in this scope, which would be lost with it.
        MistakenError: what it said then is not allowed any more.
    """
    newest = book.newest(undone.name, undone.scope)
    if newest and newest.version != undone.version:
        raise OvertakenError(f"version {newest.version} was set in this scope since: roll that back first")
    older = [
        version
        for version in book.of(undone.name)
        if version.scope == undone.scope
        and version.version < undone.version
        and version.effective_from <= undone.effective_from
    ]
    said = older[-1].fields if older else {}
    return fitting(default, book, _next(book, undone.name, undone.scope, now + HEADWAY, dict(said)))


def rolling_back(who: Asker, undone: int, version: PolicyVersion, why: str, now: datetime) -> Proposal:
    """Return the proposal that `version` stands for, approved by whoever asked for it."""
    return Proposal(
        proposal_id=0,
        name=version.name,
        scope=version.scope,
        fields=version.fields,
        effective_from=version.effective_from,
        why=why,
        proposed_by=who.staff_id,
        proposed_at=now,
        state="approved",
        decided_by=who.staff_id,
        decided_at=now,
        version=version.version,
        undoes=undone,
    )
