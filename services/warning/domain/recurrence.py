"""How often something happened within a window of days, and whether that is worth another word."""

from datetime import datetime, timedelta

from msgspec import Struct

TIMES_MAX = 64
"""More than so many within a window say nothing more."""


class Recurrence(Struct, frozen=True):
    """The times of one kind of fact, newest last, and what was said of them."""

    times: tuple[datetime, ...] = ()
    told_level: int = 0
    told_at: datetime | None = None
    """None: nothing was said yet."""


def seen(before: Recurrence, at: datetime, window: timedelta) -> tuple[Recurrence, int]:
    """Add a fact at `at`; return the memory, and how many lie within the window that ends there."""
    kept = sorted({*before.times, at})[-TIMES_MAX:]
    newest = kept[-1]
    times = tuple(time for time in kept if time > newest - window)
    count = sum(at - window < time <= at for time in times)
    return Recurrence(times, before.told_level, before.told_at), max(count, 1)


def worth_telling(memory: Recurrence, level: int, at: datetime, cooldown: timedelta) -> bool:
    """Tell whether `level` is news: higher than what was said, or said too long ago to count."""
    return memory.told_at is None or level > memory.told_level or at - memory.told_at > cooldown


def told(memory: Recurrence, level: int, at: datetime) -> Recurrence:
    """Remember that `level` was said."""
    return Recurrence(memory.times, level, at)
