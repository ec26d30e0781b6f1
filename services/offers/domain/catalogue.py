"""The mechanisms that are here: a file in `mechanisms/` is all it takes."""

from functools import cache
from typing import Any

from services.offers.domain import mechanisms
from services.offers.domain.mechanism import Mechanism
from shared.folder import entries


@cache
def all_mechanisms() -> tuple[Mechanism[Any], ...]:
    """Return every mechanism, by file name.

    Raises:
        TypeError: a file has no MECHANISM.
    """
    return tuple(entries(mechanisms, "MECHANISM", Mechanism).values())
