"""Cursors: where a page ended, opaque to whoever sends it back."""

import base64
import binascii
from datetime import datetime

import msgspec

from services.dispatch.storage.queue import QueuedItem
from shared.http.problems import BadRequestError

Position = tuple[int, datetime, str]


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
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise BadRequestError("the cursor is not one that this service gave") from error
