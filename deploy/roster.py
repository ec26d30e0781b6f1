"""The processes that make the platform, in the order of the road. Each is `python -m` its module."""

from dataclasses import dataclass
from pathlib import Path

import services


@dataclass(frozen=True, slots=True)
class Role:
    """One process of the platform."""

    name: str
    module: tuple[str, ...]
    """What follows `python -m`."""


ROLES = (
    Role("intake", ("services.intake", "door")),
    Role("feeds", ("services.intake", "meter")),
    Role("sieve", ("services.warning", "sieve")),
    Role("usage", ("services.warning", "usage")),
    Role("warning", ("services.warning", "rules")),
    Role("dispatch", ("services.dispatch",)),
    Role("offers", ("services.offers",)),
    Role("points", ("services.points",)),
    Role("kpi", ("services.kpi",)),
    Role("archive", ("services.archive",)),
)


def histories() -> dict[str, Path]:
    """Return each service's folder of migrations, by schema."""
    folders = sorted(Path(services.__path__[0]).glob("*/storage/migrations"))
    return {folder.parent.parent.name: folder for folder in folders}
