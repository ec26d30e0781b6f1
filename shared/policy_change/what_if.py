"""The book as it would be under a change that nobody has approved: for a trial on the past, and for the shadow."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.policy import PolicyBook, PolicyVersion, holds
from shared.policy_change.change import Change, MistakenError
from shared.policy_change.making import fitting, said_in, wrong

ALL_ALONG = datetime.min.replace(tzinfo=UTC)
"""What a change without a moment of its own means on the past."""


def what_if(defaults: Mapping[str, msgspec.Struct], book: PolicyBook, changes: Iterable[Change]) -> PolicyBook:
    """Return `book` with each change laid over what its scope said, from its moment on; without one, all along.

    Later versions of the scope keep the fields of which the change says nothing. What cannot stand without something
    that was said later stands from then on.

    Raises:
        MistakenError: there is no such policy, or a change says what cannot be.
    """
    for change in changes:
        book = _with(defaults, book, change)
    return book


def _with(defaults: Mapping[str, msgspec.Struct], book: PolicyBook, change: Change) -> PolicyBook:
    default = defaults.get(change.name)
    if default is None:
        raise MistakenError({("name",): f"no such policy: {change.name}; there are {', '.join(defaults)}"})
    if found := wrong(default, change):
        raise MistakenError(found)
    *earlier, latest = [change.effective_from] if change.effective_from else _moments(book, change)
    for moment in earlier:
        with suppress(MistakenError):
            return _laid(default, book, change, moment)
    return _laid(default, book, change, latest)


def _moments(book: PolicyBook, change: Change) -> Sequence[datetime]:
    """Return from when on a change may stand: all along, or since something was said that it completes."""
    said = {each.effective_from for each in book.of(change.name) if holds(each.scope, change.scope)}
    return [ALL_ALONG, *sorted(said)]


def _laid(default: msgspec.Struct, book: PolicyBook, change: Change, moment: datetime) -> PolicyBook:
    for since, fields in _said(book, change, moment):
        number = max((version.version for version in book.versions), default=0) + 1
        said = _over(fields, change)
        version = PolicyVersion(name=change.name, version=number, scope=change.scope, effective_from=since, fields=said)
        book = book.laid_over(fitting(default, book, version))
    return book


def _said(book: PolicyBook, change: Change, moment: datetime) -> list[tuple[datetime, dict[str, Any]]]:
    """Return what the scope says at `moment` and from each later moment on, in the order in which it was said."""
    later = [each for each in book.of(change.name) if each.scope == change.scope and each.effective_from > moment]
    return [
        (moment, said_in(book, change.name, change.scope, moment)),
        *((version.effective_from, version.fields) for version in later),
    ]


def _over(fields: Mapping[str, Any], change: Change) -> dict[str, Any]:
    return {name: value for name, value in {**fields, **change.fields}.items() if name not in change.unset}
