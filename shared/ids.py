"""Ids derive from causes, so that a replay or a redelivery makes the same thing again and not a second one."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6b6c6e65-7465-6c65-636f-6d6b65657021")


def derived_id(*parts: str) -> str:
    """Return the id of what `parts` cause, a UUID version 5 in text.

    The separator cannot occur in a part that came through the codec, so two lists of parts never collide.
    """
    return str(uuid5(NAMESPACE, "\x00".join(parts)))
