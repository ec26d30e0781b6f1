"""The foreign formats that are here: a file in `formats/` is all it takes."""

from functools import cache

from services.intake.domain import formats
from services.intake.domain.format import Format
from shared.folder import entries


@cache
def all_formats() -> dict[str, Format]:
    """Return every format by its name.

    Raises:
        TypeError: a file has no FORMAT.
    """
    return {each.name: each for each in entries(formats, "FORMAT", Format).values()}
