"""Reads foreign files to their ends: events are told in batches, refused lines kept, everything counted."""

from collections.abc import Awaitable, Callable, Sequence

from services.intake.domain.format import Format, Refused
from services.intake.domain.report import Report
from services.intake.stream.files import Files, Tray
from shared.topic import Event

BATCH = 2_000
HELD_MAX = 2_000_000
"""A walk sorts its records by their times, so it holds them; beyond so many it says no."""

Tell = Callable[[Sequence[Event]], Awaitable[object]]


class TooManyError(Exception):
    """More records than a walk can hold."""


async def read(form: Format, files: Files, tray: Tray, tell: Tell) -> Report:
    """Read `files` as `form`, and return what came of it.

    Raises:
        FileNotFoundError: a file of the format is missing.
        ValueError: a file is of another format: its header says so.
    """
    report, batch = Report(), list[Event]()
    for reading in form.read(files):
        report.note(reading)
        if isinstance(reading, Refused):
            tray.keep(reading)
            continue
        batch += reading.events
        if len(batch) >= BATCH:
            await tell(batch)
            batch = []
    await tell(batch)
    return report


class Held:
    """Holds what is told, for a walk."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def __call__(self, events: Sequence[Event]) -> None:
        """Hold `events` too.

        Raises:
            TooManyError: they are too many.
        """
        self.events += events
        if len(self.events) > HELD_MAX:
            raise TooManyError(f"a walk holds at most {HELD_MAX:,} records: publish them without --as-then")
