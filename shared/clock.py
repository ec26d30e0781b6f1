"""The only door to system time and to fresh ids; everything else takes them as data."""

import time
from datetime import UTC, datetime
from uuid import uuid4


def system_now() -> datetime:
    """Return the machine's time in UTC. Business time comes from the database (`shared.db.business_clock`)."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that only grow, for measuring how long something took."""
    return time.monotonic()


def fresh_id() -> str:
    """Return a random id, for what has no cause of its own: a lease token, a request."""
    return str(uuid4())
