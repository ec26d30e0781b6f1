"""A town of numbers with known circles, and what may happen to one of them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

from services.warning.domain.reentry.profiles import About, Profiles, Tie, Usage, profiles_of

SINCE, BREAK, UNTIL = date(2026, 3, 1), date(2026, 4, 1), date(2026, 4, 20)
BEFORE = [SINCE + timedelta(days=day) for day in range((BREAK - SINCE).days)]
AFTER = [BREAK + timedelta(days=day) for day in range((UNTIL - BREAK).days + 1)]
ALWAYS = [*BEFORE, *AFTER]
CIRCLE_SIZE = 8


def number(place: int) -> str:
    """Return an invented number."""
    return f"+861990000{place:04d}"


def uses(who: str, circle: Iterable[str], days: Sequence[date], **more: str) -> list[Usage]:
    """Return calls with all of the circle on every second of the days."""
    cells = {cell: 1 for cell in [more.pop("cell", None)] if cell}
    ties = {peer: Tie(1, 60) for peer in circle}
    return [Usage(msisdn=who, day=day, circle=ties, cells=cells, imei=more.get("imei")) for day in days[::2]]


def circle_of(place: int) -> list[str]:
    """Return whom the townsman at `place` calls: neighbours and strangers, always the same."""
    luck = Random(place)
    near = [number(place // 10 * 10 + each) for each in luck.sample(range(10), 4)]
    return [peer for peer in near if peer != number(place)] + [f"+861881{luck.randrange(300):07d}" for _ in range(4)]


def town(people: int = 60, leaving: Iterable[int] = (), circles: dict[int, list[str]] | None = None) -> list[Usage]:
    """Return what all townsmen did; those leaving only before the break."""
    leavers, other = set(leaving), circles or {}
    days = [BEFORE if place in leavers else ALWAYS for place in range(people)]
    return [
        usage
        for place in range(people)
        for usage in uses(number(place), other.get(place, circle_of(place)), days[place])
    ]


def both(
    usages: Iterable[Usage], new: Iterable[str], about: dict[str, About] | None = None
) -> tuple[Profiles, Profiles]:
    """Return the profiles of the new and of all other numbers."""
    found, named = profiles_of(usages, SINCE, UNTIL, about), set(new)
    return found.only(named), found.only(found.numbers.keys() - named)
