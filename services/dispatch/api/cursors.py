"""Cursors: where a page ended, opaque to whoever sends it back."""

import base64
from typing import Annotated

import msgspec
from msgspec import Meta

from services.dispatch.storage.queue import QueuedItem
from shared.http.problems import BadRequestError
from shared.topic import END, Count, Moment

Derived = Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}" + END)]
Position = tuple[Count, Moment, Derived]
"""Priority, opening and id of the last item that was shown."""


def cursor(item: QueuedItem) -> str:
    """Return the cursor that leads on from `item`."""
    position = msgspec.json.encode((item.priority, item.opened_at, item.work_item_id))
    return base64.urlsafe_b64encode(position).decode()


def position(cursor: str | None) -> Position | None:
    """Return where a page begins; None: at the start.

    Raises:
        BadRequestError: nobody here wrote this cursor.
    """
    if cursor is None:
        return None
    try:
        decoded: Position = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=Position)
        return decoded
    except (ValueError, RecursionError) as error:
        raise BadRequestError("the cursor is not one that this service gave") from error
